-- The rollups: what a day and an hour came to, by creation and by finish. Each number is computed from the tasks
-- themselves, never added up from changes, so that an error cannot stay.
-- `queue_seconds` and `run_seconds` hold p50, p90, p95, p99 and the largest; null where nothing is known.

CREATE TABLE sync.arrivals_daily (
    source_id         bigint   NOT NULL,
    day               date     NOT NULL,
    task_type         text     NOT NULL,
    status            text     NOT NULL,
    tasks             bigint   NOT NULL,
    lost              bigint   NOT NULL,
    queue_known       bigint   NOT NULL,
    queue_seconds_sum float8   NOT NULL,
    queue_seconds     float8[],
    run_known         bigint   NOT NULL,
    run_seconds_sum   float8   NOT NULL,
    run_seconds       float8[],
    CONSTRAINT pk_arrivals_daily PRIMARY KEY (day, source_id, task_type, status)
);

CREATE TABLE sync.completions_daily (
    LIKE sync.arrivals_daily,
    CONSTRAINT pk_completions_daily PRIMARY KEY (day, source_id, task_type, status)
);

-- `hour` is that of the local clock. Where the clock goes back it comes twice, each time at an `hour_at` of its own.
CREATE TABLE sync.arrivals_hourly (
    source_id         bigint      NOT NULL,
    day               date        NOT NULL,
    hour_at           timestamptz NOT NULL,
    hour              integer     NOT NULL,
    task_type         text        NOT NULL,
    status            text        NOT NULL,
    tasks             bigint      NOT NULL,
    lost              bigint      NOT NULL,
    queue_known       bigint      NOT NULL,
    queue_seconds_sum float8      NOT NULL,
    queue_seconds     float8[],
    run_known         bigint      NOT NULL,
    run_seconds_sum   float8      NOT NULL,
    run_seconds       float8[],
    CONSTRAINT pk_arrivals_hourly PRIMARY KEY (hour_at, source_id, task_type, status)
);
CREATE INDEX ix_arrivals_hourly_day ON sync.arrivals_hourly (day);

CREATE TABLE sync.completions_hourly (
    LIKE sync.arrivals_hourly,
    CONSTRAINT pk_completions_hourly PRIMARY KEY (hour_at, source_id, task_type, status)
);
CREATE INDEX ix_completions_hourly_day ON sync.completions_hourly (day);

CREATE TABLE sync.slo_daily (
    source_id           bigint   NOT NULL,
    day                 date     NOT NULL,
    tasks               bigint   NOT NULL,
    succeeded           bigint   NOT NULL,
    failed              bigint   NOT NULL,
    cancelled           bigint   NOT NULL,
    queue_known         bigint   NOT NULL,
    queue_within_target bigint   NOT NULL,
    queue_seconds       float8[],
    run_known           bigint   NOT NULL,
    run_within_target   bigint   NOT NULL,
    run_seconds         float8[],
    CONSTRAINT pk_slo_daily PRIMARY KEY (day, source_id)
);

ALTER TABLE sync.settings
    ADD COLUMN queue_target interval NOT NULL DEFAULT '5 minutes',
    ADD COLUMN run_target   interval NOT NULL DEFAULT '1 hour';

-- A day's tasks are found by these. They are b-trees, though summaries of page ranges would be smaller: they also
-- answer "the latest fifty", need no upkeep of their own, and do not suffer when old tasks change.
DROP INDEX sync.ix_tasks_created_at;
CREATE INDEX ix_tasks_created_at ON sync.tasks (created_at);
CREATE INDEX ix_tasks_finished_at ON sync.tasks (finished_at);
