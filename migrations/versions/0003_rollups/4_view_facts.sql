-- What analysts read of the rollups. A period is covered where every stream of its source was swept from its
-- beginning to its end.

CREATE VIEW sync.swept_sources AS
SELECT source_id, range_intersect_agg(swept) AS swept FROM sync.streams GROUP BY source_id;
COMMENT ON VIEW sync.swept_sources IS 'The creation times that were swept in all streams of a source.';

CREATE VIEW reporting.arrivals_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.task_type,
    r.status,
    r.tasks,
    CASE WHEN r.status IN ('succeeded', 'failed', 'cancelled') THEN r.tasks ELSE 0 END AS outcome_known,
    CASE WHEN r.status = 'succeeded' THEN r.tasks ELSE 0 END AS succeeded,
    CASE WHEN r.status = 'failed' THEN r.tasks ELSE 0 END AS failed,
    r.lost,
    r.queue_known,
    r.queue_seconds_sum,
    r.queue_seconds[1] AS queue_seconds_p50,
    r.queue_seconds[2] AS queue_seconds_p90,
    r.queue_seconds[3] AS queue_seconds_p95,
    r.queue_seconds[4] AS queue_seconds_p99,
    r.queue_seconds[5] AS queue_seconds_max,
    r.run_known,
    r.run_seconds_sum,
    r.run_seconds[1] AS run_seconds_p50,
    r.run_seconds[2] AS run_seconds_p90,
    r.run_seconds[3] AS run_seconds_p95,
    r.run_seconds[4] AS run_seconds_p99,
    r.run_seconds[5] AS run_seconds_max,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings),
        (r.day + 1)::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings)
    ), false) AS is_covered
FROM sync.arrivals_daily r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

CREATE VIEW reporting.completions_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.task_type,
    r.status,
    r.tasks,
    CASE WHEN r.status IN ('succeeded', 'failed', 'cancelled') THEN r.tasks ELSE 0 END AS outcome_known,
    CASE WHEN r.status = 'succeeded' THEN r.tasks ELSE 0 END AS succeeded,
    CASE WHEN r.status = 'failed' THEN r.tasks ELSE 0 END AS failed,
    r.queue_known,
    r.queue_seconds_sum,
    r.queue_seconds[1] AS queue_seconds_p50,
    r.queue_seconds[2] AS queue_seconds_p90,
    r.queue_seconds[3] AS queue_seconds_p95,
    r.queue_seconds[4] AS queue_seconds_p99,
    r.queue_seconds[5] AS queue_seconds_max,
    r.run_known,
    r.run_seconds_sum,
    r.run_seconds[1] AS run_seconds_p50,
    r.run_seconds[2] AS run_seconds_p90,
    r.run_seconds[3] AS run_seconds_p95,
    r.run_seconds[4] AS run_seconds_p99,
    r.run_seconds[5] AS run_seconds_max,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings),
        (r.day + 1)::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings)
    ), false) AS is_covered
FROM sync.completions_daily r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

CREATE VIEW reporting.arrivals_hourly AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.hour_at,
    r.hour::bigint AS hour,
    r.task_type,
    r.status,
    r.tasks,
    CASE WHEN r.status IN ('succeeded', 'failed', 'cancelled') THEN r.tasks ELSE 0 END AS outcome_known,
    CASE WHEN r.status = 'succeeded' THEN r.tasks ELSE 0 END AS succeeded,
    CASE WHEN r.status = 'failed' THEN r.tasks ELSE 0 END AS failed,
    r.lost,
    r.queue_known,
    r.queue_seconds_sum,
    r.queue_seconds[1] AS queue_seconds_p50,
    r.queue_seconds[2] AS queue_seconds_p90,
    r.queue_seconds[3] AS queue_seconds_p95,
    r.queue_seconds[4] AS queue_seconds_p99,
    r.queue_seconds[5] AS queue_seconds_max,
    r.run_known,
    r.run_seconds_sum,
    r.run_seconds[1] AS run_seconds_p50,
    r.run_seconds[2] AS run_seconds_p90,
    r.run_seconds[3] AS run_seconds_p95,
    r.run_seconds[4] AS run_seconds_p99,
    r.run_seconds[5] AS run_seconds_max,
    coalesce(c.swept @> tstzrange(r.hour_at, r.hour_at + interval '1 hour'), false) AS is_covered
FROM sync.arrivals_hourly r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

CREATE VIEW reporting.completions_hourly AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.hour_at,
    r.hour::bigint AS hour,
    r.task_type,
    r.status,
    r.tasks,
    CASE WHEN r.status IN ('succeeded', 'failed', 'cancelled') THEN r.tasks ELSE 0 END AS outcome_known,
    CASE WHEN r.status = 'succeeded' THEN r.tasks ELSE 0 END AS succeeded,
    CASE WHEN r.status = 'failed' THEN r.tasks ELSE 0 END AS failed,
    r.queue_known,
    r.queue_seconds_sum,
    r.queue_seconds[1] AS queue_seconds_p50,
    r.queue_seconds[2] AS queue_seconds_p90,
    r.queue_seconds[3] AS queue_seconds_p95,
    r.queue_seconds[4] AS queue_seconds_p99,
    r.queue_seconds[5] AS queue_seconds_max,
    r.run_known,
    r.run_seconds_sum,
    r.run_seconds[1] AS run_seconds_p50,
    r.run_seconds[2] AS run_seconds_p90,
    r.run_seconds[3] AS run_seconds_p95,
    r.run_seconds[4] AS run_seconds_p99,
    r.run_seconds[5] AS run_seconds_max,
    coalesce(c.swept @> tstzrange(r.hour_at, r.hour_at + interval '1 hour'), false) AS is_covered
FROM sync.completions_hourly r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;
