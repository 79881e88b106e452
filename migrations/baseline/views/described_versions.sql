-- Plain joins and expressions only, so that the conditions of any query reach the indexes of the tables. The task id
-- comes from sync.tasks, which has an index by id; the history has none. In a query without the id the planner removes
-- that join.
CREATE OR REPLACE VIEW sync.described_versions AS
SELECT
    v.task_key,
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    o.account,
    o.site,
    s.region,
    t.task_id,
    v.version::bigint AS version,
    v.name,
    v.task_type,
    array_to_string(v.sub_types, ', ') AS sub_types,
    v.status,
    v.provider_status,
    v.status IN ('waiting', 'running', 'paused', 'unknown') AND v.lost_at IS NULL AS is_open,
    v.lost_at IS NOT NULL AS is_lost,
    v.created_at,
    v.started_at,
    v.finished_at,
    (v.created_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS created_day,
    (v.finished_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS finished_day,
    v.updated_at AS provider_updated_at,
    CASE WHEN v.started_at >= v.created_at
        THEN extract(epoch FROM v.started_at - v.created_at)::float8 END AS queue_seconds,
    CASE WHEN v.finished_at >= v.started_at
        THEN extract(epoch FROM v.finished_at - v.started_at)::float8 END AS run_seconds,
    v.progress_done,
    v.progress_total,
    v.parent_id,
    v.resource_id,
    v.error_code,
    v.error_message,
    array_to_string(v.changed_fields, ', ') AS changed_fields,
    md5(concat_ws('|', encode(v.fingerprint, 'hex'), v.status, v.lost_at IS NOT NULL, v.detail)) AS fingerprint,
    t.first_seen_at,
    v.observed_after,
    v.observed_at,
    (v.observed_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS observed_day,
    v.next_observed_at,
    v.lost_at,
    v.is_current,
    v.changed_in
FROM (
    SELECT
        stream_id, task_key, version, name, task_type, sub_types, status, provider_status, created_at, started_at,
        finished_at, updated_at, progress_done, progress_total, parent_id, resource_id, error_code, error_message,
        changed_fields, fingerprint, detail, lost_at, observed_after, observed_at, next_observed_at,
        false AS is_current, changed_in
    FROM sync.task_versions
    UNION ALL
    SELECT
        stream_id, task_key, version, name, task_type, sub_types, status, provider_status, created_at, started_at,
        finished_at, updated_at, progress_done, progress_total, parent_id, resource_id, error_code, error_message,
        changed_fields, fingerprint, detail, lost_at, observed_after, observed_at, NULL, true, changed_in
    FROM sync.tasks
) v
JOIN sync.streams s ON s.stream_id = v.stream_id
JOIN sync.sources o ON o.source_id = s.source_id
LEFT JOIN sync.tasks t ON t.task_key = v.task_key AND t.stream_id = v.stream_id;

COMMENT ON VIEW sync.described_versions IS 'Former and current states with their source, durations and local days; basis of reporting.task_versions.';
