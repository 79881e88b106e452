-- The rollups: tasks and runs counted by day and by hour, and the queue of hours to count again.
-- Each number is computed from the tasks themselves, never by adding changes, so an error cannot persist.

-- Hours whose tasks or runs changed since their rollups were computed. Writers only append and so never wait for
-- the process that empties the queue. Hours of UTC, not days of the reporting time zone: a writer does not
-- depend on the zone, and its rows stay right when the zone changes during the write.
-- The key is for `CREATE PUBLICATION … FOR ALL TABLES`, under which Postgres refuses to delete rows without one.
CREATE TABLE sync.dirty_hours (
    dirty_hour_id bigint      GENERATED ALWAYS AS IDENTITY,
    stream_id     bigint      NOT NULL,
    fact          text        NOT NULL,
    hour_at       timestamptz NOT NULL,
    CONSTRAINT pk_dirty_hours PRIMARY KEY (dirty_hour_id),
    CONSTRAINT ck_dirty_hours_fact CHECK (fact IN ('arrivals', 'completions', 'runs'))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- `queue_seconds` and `run_seconds` hold p50, p90, p95, p99 and the maximum; null where no duration is known.
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

-- `hour` is the local clock's. When the clock goes back, that hour occurs twice, each time with its own `hour_at`.
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

-- Percentiles of several days cannot be added; the number of tasks in each bucket of durations can. Bucket n
-- holds durations from 1.1^n seconds to 1.1^(n + 1); bucket -10000 holds durations of zero.
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
