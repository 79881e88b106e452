-- The former states: each task was waiting, and, if it has started, running.
INSERT INTO sync.task_versions (
    stream_id, task_id, task_key, name, task_type, sub_types, status, provider_status, created_at, started_at,
    updated_at, progress_done, progress_total, parent_id, resource_id, raw, fingerprint, rank, raw_altered, version,
    changed_fields, observed_after, requested_at, observed_at, status_seen_at, former_status, former_seen_at, run_id,
    request_id, replaced_at, next_observed_at)
SELECT
    t.stream_id, t.task_id, t.task_key, t.name, t.task_type, t.sub_types,
    CASE former.version WHEN 1 THEN 'waiting' ELSE 'running' END,
    CASE former.version WHEN 1 THEN 'WAITING' ELSE 'RUNNING' END,
    t.created_at,
    CASE former.version WHEN 2 THEN t.started_at END,
    CASE WHEN t.updated_at IS NOT NULL THEN former.since END,
    CASE WHEN t.progress_total IS NOT NULL THEN 0 END,
    t.progress_total, t.parent_id, t.resource_id, t.raw, t.fingerprint, former.version - 1, false, former.version,
    CASE former.version WHEN 2 THEN '{provider_status,started_at,status}'::text[] END,
    former.since - interval '40 seconds',
    former.since + interval '19 seconds',
    former.since + interval '20 seconds',
    former.since + interval '20 seconds',
    CASE former.version WHEN 2 THEN 'waiting' END,
    CASE former.version WHEN 2 THEN t.created_at + interval '20 seconds' END,
    t.run_id, t.request_id,
    former.until + interval '20 seconds',
    former.until + interval '20 seconds'
FROM sync.tasks t
CROSS JOIN LATERAL (
    VALUES (1, t.created_at, t.started_at), (2, t.started_at, t.finished_at)
) AS former (version, since, until)
WHERE former.until IS NOT NULL AND t.created_at >= %(from_at)s AND t.created_at < %(to_at)s
