-- Until when a former state was seen: with it, the table as it was known at any time is one scan, no join.

ALTER TABLE sync.task_versions ADD COLUMN next_observed_at timestamptz;

UPDATE sync.task_versions v SET next_observed_at = n.observed_at
FROM (
    SELECT task_key, version, observed_at FROM sync.task_versions
    UNION ALL
    SELECT task_key, version, observed_at FROM sync.tasks
) n
WHERE n.task_key = v.task_key AND n.version = v.version + 1;

ALTER TABLE sync.task_versions ALTER COLUMN next_observed_at SET NOT NULL;

-- Rows are appended in this order, more or less, so that a few pages hold the states of any hour.
CREATE INDEX ix_task_versions_observed_at ON sync.task_versions USING brin (observed_at, next_observed_at);

CREATE INDEX ix_runs_started_at ON sync.runs USING brin (started_at);

CREATE OR REPLACE FUNCTION sync.keep_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
SET enable_hashjoin = on SET enable_mergejoin = off SET enable_nestloop = off AS $$
BEGIN
    INSERT INTO sync.task_versions (
        stream_id, task_id, task_key, name, task_type, sub_types, status, provider_status,
        created_at, started_at, finished_at, updated_at, progress_done, progress_total,
        parent_id, resource_id, error_code, error_message, raw, detail, fingerprint, rank, raw_altered,
        version, changed_fields, observed_after, observed_at, next_observed_at, lost_at, run_id, request_id)
    SELECT
        o.stream_id, o.task_id, o.task_key, o.name, o.task_type, o.sub_types, o.status, o.provider_status,
        o.created_at, o.started_at, o.finished_at, o.updated_at, o.progress_done, o.progress_total,
        o.parent_id, o.resource_id, o.error_code, o.error_message, o.raw, o.detail, o.fingerprint, o.rank,
        o.raw_altered, o.version, o.changed_fields, o.observed_after, o.observed_at, n.observed_at, o.lost_at,
        o.run_id, o.request_id
    FROM former o JOIN current n ON n.task_key = o.task_key AND n.version > o.version;
    RETURN NULL;
END $$;
