-- Plain joins and expressions only, so that the conditions of any query reach the indexes of the tables.
CREATE OR REPLACE VIEW sync.described_tasks AS
SELECT
    t.task_key,
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    o.account,
    o.site,
    s.region,
    t.task_id,
    t.name,
    t.task_type,
    array_to_string(t.sub_types, ', ') AS sub_types,
    coalesce(cardinality(t.sub_types), 0)::bigint AS sub_tasks,
    t.status,
    t.provider_status,
    t.status IN ('waiting', 'running', 'paused', 'unknown') AND t.lost_at IS NULL AS is_open,
    t.lost_at IS NOT NULL AS is_lost,
    t.created_at,
    t.started_at,
    t.finished_at,
    (t.created_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS created_day,
    (t.finished_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS finished_day,
    t.updated_at AS provider_updated_at,
    CASE WHEN t.started_at >= t.created_at
        THEN extract(epoch FROM t.started_at - t.created_at)::float8 END AS queue_seconds,
    CASE WHEN t.finished_at >= t.started_at
        THEN extract(epoch FROM t.finished_at - t.started_at)::float8 END AS run_seconds,
    CASE WHEN t.finished_at >= t.created_at
        THEN extract(epoch FROM t.finished_at - t.created_at)::float8 END AS total_seconds,
    t.progress_done,
    t.progress_total,
    t.parent_id,
    t.resource_id,
    t.error_code,
    t.error_message,
    t.first_seen_at,
    t.observed_at AS changed_at,
    t.lost_at,
    t.version::bigint AS versions,
    s.retention,
    s.retired_at,
    t.raw,
    t.changed_in
FROM sync.tasks t
JOIN sync.streams s ON s.stream_id = t.stream_id
JOIN sync.sources o ON o.source_id = s.source_id;

COMMENT ON VIEW sync.described_tasks IS 'Current tasks with their source, durations and local days; basis of reporting.tasks, reporting.open_tasks and the views of the providers.';
