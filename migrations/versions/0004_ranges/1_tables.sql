-- What many days come to, without a look at their tasks. Percentiles of days cannot be added up; how many tasks
-- fall into each stretch of seconds can. Bucket n holds from 1.1 to the power of n seconds to a tenth more;
-- -10000 holds those that took no time at all.

CREATE TABLE sync.durations_daily (
    source_id bigint  NOT NULL,
    day       date    NOT NULL,
    task_type text    NOT NULL,
    measure   text    NOT NULL,
    bucket    integer NOT NULL,
    tasks     bigint  NOT NULL,
    CONSTRAINT pk_durations_daily PRIMARY KEY (day, source_id, task_type, measure, bucket)
);

CREATE TABLE sync.failures_daily (
    source_id       bigint      NOT NULL,
    day             date        NOT NULL,
    task_type       text        NOT NULL,
    error_code      text        NOT NULL,
    tasks           bigint      NOT NULL,
    last_created_at timestamptz NOT NULL,
    error_message   text,
    CONSTRAINT pk_failures_daily PRIMARY KEY (day, source_id, task_type, error_code)
);

CREATE TABLE sync.runs_hourly (
    source_id   bigint      NOT NULL,
    day         date        NOT NULL,
    hour_at     timestamptz NOT NULL,
    hour        integer     NOT NULL,
    region      text        NOT NULL,
    mode        text        NOT NULL,
    status      text        NOT NULL,
    runs        bigint      NOT NULL,
    seconds_sum float8      NOT NULL,
    seconds_max float8,
    inserted    bigint      NOT NULL,
    updated     bigint      NOT NULL,
    unchanged   bigint      NOT NULL,
    rejected    bigint      NOT NULL,
    late        bigint      NOT NULL,
    lost        bigint      NOT NULL,
    pages       bigint      NOT NULL,
    requests    bigint      NOT NULL,
    CONSTRAINT pk_runs_hourly PRIMARY KEY (hour_at, source_id, region, mode, status)
);
CREATE INDEX ix_runs_hourly_day ON sync.runs_hourly (day);

CREATE INDEX ix_runs_begun_at ON sync.runs (begun_at);
-- The few runs that people look for.
CREATE INDEX ix_runs_notable ON sync.runs (begun_at) WHERE status = 'failed' OR late > 0 OR lost > 0;
CREATE INDEX ix_tasks_lost ON sync.tasks (lost_at) WHERE lost_at IS NOT NULL;
