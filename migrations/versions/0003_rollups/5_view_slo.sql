-- How well a day went, and how many tasks there are.

CREATE VIEW reporting.slo_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.tasks,
    r.succeeded + r.failed + r.cancelled AS outcome_known,
    r.succeeded,
    r.failed,
    r.succeeded::float8 / nullif(r.succeeded + r.failed + r.cancelled, 0) AS success_rate,
    r.failed::float8 / nullif(r.succeeded + r.failed + r.cancelled, 0) AS failure_rate,
    extract(epoch FROM s.queue_target)::float8 AS queue_target_seconds,
    r.queue_known,
    r.queue_within_target,
    r.queue_within_target::float8 / nullif(r.queue_known, 0) AS queue_within_target_rate,
    r.queue_seconds[1] AS queue_seconds_p50,
    r.queue_seconds[2] AS queue_seconds_p90,
    r.queue_seconds[3] AS queue_seconds_p95,
    r.queue_seconds[4] AS queue_seconds_p99,
    r.queue_seconds[5] AS queue_seconds_max,
    extract(epoch FROM s.run_target)::float8 AS run_target_seconds,
    r.run_known,
    r.run_within_target,
    r.run_within_target::float8 / nullif(r.run_known, 0) AS run_within_target_rate,
    r.run_seconds[1] AS run_seconds_p50,
    r.run_seconds[2] AS run_seconds_p90,
    r.run_seconds[3] AS run_seconds_p95,
    r.run_seconds[4] AS run_seconds_p99,
    r.run_seconds[5] AS run_seconds_max,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE s.time_zone, (r.day + 1)::timestamp AT TIME ZONE s.time_zone
    ), false) AS is_covered
FROM sync.slo_daily r
CROSS JOIN sync.settings s
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

-- Tasks without a time of creation are in no rollup; there are few of them, and an index knows where.
CREATE VIEW reporting.task_counts AS
SELECT
    n.source_id AS source_key, o.name AS source, o.provider, n.task_type, n.status, sum(n.tasks)::bigint AS tasks
FROM (
    SELECT source_id, task_type, status, tasks FROM sync.arrivals_daily
    UNION ALL
    SELECT s.source_id, coalesce(nullif(t.task_type, ''), 'unknown'), t.status, 1
    FROM sync.tasks t
    JOIN sync.streams s ON s.stream_id = t.stream_id
    WHERE t.created_at IS NULL
) n
JOIN sync.sources o ON o.source_id = n.source_id
GROUP BY n.source_id, o.name, o.provider, n.task_type, n.status;
