-- The current state of each task, and its former states.

-- An observation has two instants on the provider's clock: `requested_at`, when the request was sent, is never later
-- than the real time; it orders observations and limits what they prove. `observed_at`, when the answer had been
-- received, is never earlier; it is the time in reports, so no state is observed before it began.
--
-- No foreign key to streams: the writer holds a lock on the stream's lease row, and a check for each row would
-- cost more than the rest of the insert.
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
    observed_after  timestamptz,
    requested_at    timestamptz NOT NULL,
    observed_at     timestamptz NOT NULL,
    lost_at         timestamptz,
    run_id          bigint      NOT NULL,
    request_id      text        NOT NULL,
    -- The id of the transaction that wrote the row: incremental loads read by it, see docs/bi.md.
    changed_in      bigint      NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    -- Since when the task has had its status; the status before and its first observation, in the state that
    -- ended it.
    status_seen_at  timestamptz,
    former_status   text,
    former_seen_at  timestamptz,
    CONSTRAINT pk_tasks PRIMARY KEY (stream_id, task_id),
    CONSTRAINT ck_tasks_version CHECK (version >= 1)
);
CREATE UNIQUE INDEX ix_tasks_task_key ON sync.tasks (task_key);
-- Reports find the tasks of a day by these two. B-trees, although BRIN would be smaller: they also answer "the
-- latest fifty", need no summarising, and stay exact when old tasks change.
CREATE INDEX ix_tasks_created_at ON sync.tasks (created_at);
CREATE INDEX ix_tasks_finished_at ON sync.tasks (finished_at);
-- A changed task is written to any free place of the table, so BRIN would not help here.
CREATE INDEX ix_tasks_observed_at ON sync.tasks (observed_at);
CREATE INDEX ix_tasks_changed_in ON sync.tasks (changed_in);
CREATE INDEX ix_tasks_lost ON sync.tasks (lost_at) WHERE lost_at IS NOT NULL;
CREATE INDEX ix_tasks_open ON sync.tasks (stream_id, task_id)
    WHERE status IN ('waiting', 'running', 'paused', 'unknown') AND lost_at IS NULL;
CREATE INDEX ix_tasks_without_outcome ON sync.tasks (stream_id, run_id) WHERE status = 'finished';

CREATE TABLE sync.task_versions (
    stream_id        bigint      NOT NULL,
    task_id          text        NOT NULL,
    task_key         bigint      NOT NULL,
    name             text,
    task_type        text,
    sub_types        text[],
    status           text        NOT NULL,
    provider_status  text,
    created_at       timestamptz,
    started_at       timestamptz,
    finished_at      timestamptz,
    updated_at       timestamptz,
    progress_done    bigint,
    progress_total   bigint,
    parent_id        text,
    resource_id      text,
    error_code       text,
    error_message    text,
    raw              jsonb       NOT NULL,
    detail           jsonb,
    fingerprint      bytea       NOT NULL,
    rank             bigint,
    raw_altered      boolean     NOT NULL,
    version          integer     NOT NULL,
    changed_fields   text[],
    observed_after   timestamptz,
    requested_at     timestamptz NOT NULL,
    observed_at      timestamptz NOT NULL,
    lost_at          timestamptz,
    run_id           bigint      NOT NULL,
    request_id       text        NOT NULL,
    changed_in       bigint      NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    replaced_at      timestamptz NOT NULL DEFAULT now(),
    next_observed_at timestamptz NOT NULL,
    status_seen_at   timestamptz,
    former_status    text,
    former_seen_at   timestamptz,
    CONSTRAINT pk_task_versions PRIMARY KEY (task_key, version, replaced_at)
) PARTITION BY RANGE (replaced_at);
-- The history is appended roughly in this order, so the states of any hour are on a few pages.
CREATE INDEX ix_task_versions_observed_at ON sync.task_versions USING brin (observed_at, next_observed_at);
CREATE INDEX ix_task_versions_changed_in ON sync.task_versions USING brin (changed_in);

-- Takes the rows of a month whose partition is missing.
CREATE TABLE sync_history.task_versions_default PARTITION OF sync.task_versions DEFAULT;
