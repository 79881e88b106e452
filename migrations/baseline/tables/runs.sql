-- Runs, the checkpoints of interrupted runs, and records that were unusual.

CREATE TABLE sync.runs (
    run_id     bigint      GENERATED ALWAYS AS IDENTITY,
    stream_id  bigint      NOT NULL,
    mode       text        NOT NULL,
    status     text        NOT NULL,
    epoch      bigint      NOT NULL,
    started_at timestamptz NOT NULL,
    begun_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    error      text,
    inserted   bigint      NOT NULL DEFAULT 0,
    updated    bigint      NOT NULL DEFAULT 0,
    unchanged  bigint      NOT NULL DEFAULT 0,
    rejected   bigint      NOT NULL DEFAULT 0,
    late       bigint      NOT NULL DEFAULT 0,
    lost       bigint      NOT NULL DEFAULT 0,
    pages      bigint      NOT NULL DEFAULT 0,
    requests   bigint      NOT NULL DEFAULT 0,
    ceiling_at timestamptz,
    CONSTRAINT pk_runs PRIMARY KEY (run_id),
    CONSTRAINT fk_runs_stream_id_streams FOREIGN KEY (stream_id) REFERENCES sync.streams (stream_id)
);
CREATE INDEX ix_runs_stream_id ON sync.runs (stream_id, run_id);
CREATE INDEX ix_runs_late ON sync.runs (stream_id) WHERE late > 0;
CREATE INDEX ix_runs_started_at ON sync.runs USING brin (started_at);
CREATE INDEX ix_runs_begun_at ON sync.runs (begun_at);
-- The few runs that reports list one by one.
CREATE INDEX ix_runs_notable ON sync.runs (begun_at) WHERE status = 'failed' OR late > 0 OR lost > 0;

CREATE TABLE sync.checkpoints (
    stream_id  bigint      NOT NULL,
    mode       text        NOT NULL,
    run_id     bigint      NOT NULL,
    started_at timestamptz NOT NULL,
    saved_at   timestamptz NOT NULL,
    done       text[]      NOT NULL,
    scan       text,
    cursor     text,
    evidence   jsonb       NOT NULL,
    CONSTRAINT pk_checkpoints PRIMARY KEY (stream_id, mode),
    CONSTRAINT fk_checkpoints_run_id_runs FOREIGN KEY (run_id) REFERENCES sync.runs (run_id)
);

CREATE TABLE sync.rejected_records (
    stream_id   bigint      NOT NULL,
    record_hash bytea       NOT NULL,
    record      text        NOT NULL,
    reason      text        NOT NULL,
    observed_at timestamptz NOT NULL,
    run_id      bigint      NOT NULL,
    request_id  text        NOT NULL,
    CONSTRAINT pk_rejected_records PRIMARY KEY (stream_id, record_hash),
    CONSTRAINT fk_rejected_records_stream_id_streams
        FOREIGN KEY (stream_id) REFERENCES sync.streams (stream_id)
);

CREATE TABLE sync.quirks (
    source_id     bigint      NOT NULL,
    quirk_hash    bytea       NOT NULL,
    path          text        NOT NULL,
    value         text,
    sample        text        NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_quirks PRIMARY KEY (source_id, quirk_hash),
    CONSTRAINT fk_quirks_source_id_sources FOREIGN KEY (source_id) REFERENCES sync.sources (source_id)
);
