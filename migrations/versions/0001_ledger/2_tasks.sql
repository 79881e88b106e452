-- What was read: the current state of each task, and every state before it.

-- No foreign key to streams: the lease, whose row the writer holds, vouches for the stream, and a check
-- for each row would cost more than the rest of the insert.
CREATE TABLE sync.tasks (
    stream_id       bigint      NOT NULL,
    task_id         text        NOT NULL,
    task_key        bigint      GENERATED ALWAYS AS IDENTITY,
    name            text,
    task_type       text,
    sub_types       text[],
    status          text        NOT NULL,
    provider_status text,
    created_at      timestamptz,
    started_at      timestamptz,
    finished_at     timestamptz,
    updated_at      timestamptz,
    progress_done   bigint,
    progress_total  bigint,
    parent_id       text,
    resource_id     text,
    error_code      text,
    error_message   text,
    raw             jsonb       NOT NULL,
    detail          jsonb,
    fingerprint     bytea       NOT NULL,
    rank            bigint,
    raw_altered     boolean     NOT NULL,
    version         integer     NOT NULL,
    changed_fields  text[],
    first_seen_at   timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    observed_after  timestamptz,
    observed_at     timestamptz NOT NULL,
    lost_at         timestamptz,
    run_id          bigint      NOT NULL,
    request_id      text        NOT NULL,
    CONSTRAINT pk_tasks PRIMARY KEY (stream_id, task_id),
    CONSTRAINT ck_tasks_version CHECK (version >= 1)
);
CREATE UNIQUE INDEX ix_tasks_task_key ON sync.tasks (task_key);
CREATE INDEX ix_tasks_created_at ON sync.tasks USING brin (created_at);
CREATE INDEX ix_tasks_open ON sync.tasks (stream_id, task_id)
    WHERE status IN ('waiting', 'running', 'paused', 'unknown') AND lost_at IS NULL;
CREATE INDEX ix_tasks_undecided ON sync.tasks (stream_id, run_id) WHERE status = 'finished';

CREATE SCHEMA IF NOT EXISTS sync_history;
COMMENT ON SCHEMA sync_history IS 'The monthly partitions of sync.task_versions.';

CREATE TABLE sync.task_versions (
    stream_id       bigint      NOT NULL,
    task_id         text        NOT NULL,
    task_key        bigint      NOT NULL,
    name            text,
    task_type       text,
    sub_types       text[],
    status          text        NOT NULL,
    provider_status text,
    created_at      timestamptz,
    started_at      timestamptz,
    finished_at     timestamptz,
    updated_at      timestamptz,
    progress_done   bigint,
    progress_total  bigint,
    parent_id       text,
    resource_id     text,
    error_code      text,
    error_message   text,
    raw             jsonb       NOT NULL,
    detail          jsonb,
    fingerprint     bytea       NOT NULL,
    rank            bigint,
    raw_altered     boolean     NOT NULL,
    version         integer     NOT NULL,
    changed_fields  text[],
    observed_after  timestamptz,
    observed_at     timestamptz NOT NULL,
    lost_at         timestamptz,
    run_id          bigint      NOT NULL,
    request_id      text        NOT NULL,
    replaced_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_task_versions PRIMARY KEY (task_key, version, replaced_at)
) PARTITION BY RANGE (replaced_at);

-- Never empty-handed: where nobody made the month's partition in time, its rows wait here.
CREATE TABLE sync_history.task_versions_default PARTITION OF sync.task_versions DEFAULT;

CREATE FUNCTION sync.create_partition(month timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    bound constant timestamptz := date_trunc('month', month, 'UTC') + interval '1 month';
    part constant text := 'task_versions_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    LOCK TABLE sync_history.task_versions_default IN ACCESS EXCLUSIVE MODE;
    IF to_regclass('sync_history.' || part) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE sync_history.%I (LIKE sync.task_versions INCLUDING ALL)', part);
    EXECUTE format(
        'WITH moved AS (DELETE FROM sync_history.task_versions_default'
        ' WHERE replaced_at >= %L AND replaced_at < %L RETURNING *)'
        ' INSERT INTO sync_history.%I SELECT * FROM moved', month, bound, part);
    EXECUTE format(
        'ALTER TABLE sync.task_versions ATTACH PARTITION sync_history.%I FOR VALUES FROM (%L) TO (%L)',
        part, month, bound);
END $$;
COMMENT ON FUNCTION sync.create_partition IS
    'Makes the partition of one UTC month, taking over what already waits in the default one.';

CREATE FUNCTION sync.create_partitions(since timestamptz, months integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog SET timezone = 'UTC' AS $$
DECLARE
    made integer := 0;
    month timestamptz;
BEGIN
    FOR month IN
        SELECT generate_series(
            date_trunc('month', since), date_trunc('month', since) + make_interval(months => months),
            interval '1 month')
    LOOP
        CONTINUE WHEN to_regclass('sync_history.task_versions_' || to_char(month, 'YYYY_MM')) IS NOT NULL;
        PERFORM sync.create_partition(month);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
COMMENT ON FUNCTION sync.create_partitions IS
    'Makes the missing partitions from the month of `since` to so many months ahead; returns how many.';

SELECT sync.create_partitions(now(), 3);

-- Its plan is made once a session, often while nothing changed yet; the settings make it right for any number.
CREATE FUNCTION sync.keep_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
SET enable_hashjoin = on SET enable_mergejoin = off SET enable_nestloop = off AS $$
BEGIN
    INSERT INTO sync.task_versions (
        stream_id, task_id, task_key, name, task_type, sub_types, status, provider_status,
        created_at, started_at, finished_at, updated_at, progress_done, progress_total,
        parent_id, resource_id, error_code, error_message, raw, detail, fingerprint, rank, raw_altered,
        version, changed_fields, observed_after, observed_at, lost_at, run_id, request_id)
    SELECT
        o.stream_id, o.task_id, o.task_key, o.name, o.task_type, o.sub_types, o.status, o.provider_status,
        o.created_at, o.started_at, o.finished_at, o.updated_at, o.progress_done, o.progress_total,
        o.parent_id, o.resource_id, o.error_code, o.error_message, o.raw, o.detail, o.fingerprint, o.rank,
        o.raw_altered, o.version, o.changed_fields, o.observed_after, o.observed_at, o.lost_at, o.run_id,
        o.request_id
    FROM former o JOIN current n ON n.task_key = o.task_key AND n.version > o.version;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.keep_version IS 'Keeps the states that an update of sync.tasks replaces.';

CREATE TRIGGER keep_version AFTER UPDATE ON sync.tasks
    REFERENCING OLD TABLE AS former NEW TABLE AS current
    FOR EACH STATEMENT EXECUTE FUNCTION sync.keep_version();
