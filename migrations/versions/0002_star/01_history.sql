-- Each state tells on its own until when it was seen, and which status it followed: the table as it was known
-- at any time, and what changed in any week, are scans without a join.

ALTER TABLE sync.task_versions ADD COLUMN next_observed_at timestamptz;

-- Since when the task was seen in its status; and the status before with the same, in the state that ended it.
ALTER TABLE sync.tasks
    ADD COLUMN status_seen_at timestamptz,
    ADD COLUMN former_status  text,
    ADD COLUMN former_seen_at timestamptz;
ALTER TABLE sync.task_versions
    ADD COLUMN status_seen_at timestamptz,
    ADD COLUMN former_status  text,
    ADD COLUMN former_seen_at timestamptz;

CREATE TEMPORARY TABLE told ON COMMIT DROP AS
WITH states AS (
    SELECT task_key, version, status, observed_at FROM sync.task_versions
    UNION ALL
    SELECT task_key, version, status, observed_at FROM sync.tasks
), steps AS (
    SELECT
        *,
        lag(status) OVER lives AS status_before,
        lead(observed_at) OVER lives AS next_observed_at
    FROM states
    WINDOW lives AS (PARTITION BY task_key ORDER BY version)
), since AS (
    SELECT
        *,
        max(observed_at) FILTER (WHERE status IS DISTINCT FROM status_before) OVER lives AS status_seen_at
    FROM steps
    WINDOW lives AS (PARTITION BY task_key ORDER BY version)
)
SELECT
    task_key,
    version,
    next_observed_at,
    status_seen_at,
    CASE WHEN status <> status_before THEN status_before END AS former_status,
    CASE WHEN status <> status_before THEN lag(status_seen_at) OVER lives END AS former_seen_at
FROM since
WINDOW lives AS (PARTITION BY task_key ORDER BY version);

UPDATE sync.task_versions v SET
    next_observed_at = t.next_observed_at,
    status_seen_at = t.status_seen_at,
    former_status = t.former_status,
    former_seen_at = t.former_seen_at
FROM told t WHERE t.task_key = v.task_key AND t.version = v.version;

UPDATE sync.tasks c SET
    status_seen_at = t.status_seen_at,
    former_status = t.former_status,
    former_seen_at = t.former_seen_at
FROM told t WHERE t.task_key = c.task_key AND t.version = c.version;

ALTER TABLE sync.task_versions ALTER COLUMN next_observed_at SET NOT NULL;

-- The history is appended in this order, more or less, so that a few pages hold the states of any hour. A task
-- is rewritten wherever there is room.
CREATE INDEX ix_task_versions_observed_at ON sync.task_versions USING brin (observed_at, next_observed_at);
CREATE INDEX ix_tasks_observed_at ON sync.tasks (observed_at);

CREATE INDEX ix_runs_started_at ON sync.runs USING brin (started_at);

CREATE OR REPLACE FUNCTION sync.keep_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
SET enable_hashjoin = on SET enable_mergejoin = off SET enable_nestloop = off AS $$
BEGIN
    INSERT INTO sync.task_versions (
        stream_id, task_id, task_key, name, task_type, sub_types, status, provider_status,
        created_at, started_at, finished_at, updated_at, progress_done, progress_total,
        parent_id, resource_id, error_code, error_message, raw, detail, fingerprint, rank, raw_altered,
        version, changed_fields, observed_after, observed_at, next_observed_at, status_seen_at, former_status,
        former_seen_at, lost_at, run_id, request_id)
    SELECT
        o.stream_id, o.task_id, o.task_key, o.name, o.task_type, o.sub_types, o.status, o.provider_status,
        o.created_at, o.started_at, o.finished_at, o.updated_at, o.progress_done, o.progress_total,
        o.parent_id, o.resource_id, o.error_code, o.error_message, o.raw, o.detail, o.fingerprint, o.rank,
        o.raw_altered, o.version, o.changed_fields, o.observed_after, o.observed_at, n.observed_at,
        o.status_seen_at, o.former_status, o.former_seen_at, o.lost_at, o.run_id, o.request_id
    FROM former o JOIN current n ON n.task_key = o.task_key AND n.version > o.version;
    RETURN NULL;
END $$;
