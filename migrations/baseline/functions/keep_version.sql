-- A session plans the statement once, often while few rows have changed; these settings give a plan for any number.
CREATE OR REPLACE FUNCTION sync.keep_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
SET enable_hashjoin = on SET enable_mergejoin = off SET enable_nestloop = off AS $$
BEGIN
    INSERT INTO sync.task_versions (
        stream_id, task_id, task_key, name, task_type, sub_types, status, provider_status,
        created_at, started_at, finished_at, updated_at, progress_done, progress_total,
        parent_id, resource_id, error_code, error_message, raw, detail, fingerprint, rank, raw_altered,
        version, changed_fields, observed_after, requested_at, observed_at, next_observed_at, status_seen_at,
        former_status, former_seen_at, lost_at, run_id, request_id)
    SELECT
        o.stream_id, o.task_id, o.task_key, o.name, o.task_type, o.sub_types, o.status, o.provider_status,
        o.created_at, o.started_at, o.finished_at, o.updated_at, o.progress_done, o.progress_total,
        o.parent_id, o.resource_id, o.error_code, o.error_message, o.raw, o.detail, o.fingerprint, o.rank,
        o.raw_altered, o.version, o.changed_fields, o.observed_after, o.requested_at, o.observed_at,
        n.observed_at, o.status_seen_at, o.former_status, o.former_seen_at, o.lost_at, o.run_id, o.request_id
    FROM former o JOIN current n ON n.task_key = o.task_key AND n.version > o.version;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.keep_version IS 'Copies the states that an UPDATE of sync.tasks replaces into sync.task_versions.';

CREATE OR REPLACE TRIGGER keep_version AFTER UPDATE ON sync.tasks
    REFERENCING OLD TABLE AS former NEW TABLE AS current
    FOR EACH STATEMENT EXECUTE FUNCTION sync.keep_version();
