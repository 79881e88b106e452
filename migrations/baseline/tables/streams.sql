-- Settings, sources, their streams, and the leases of streams.

-- One row: the values of the configuration that views read. Those of the process that started last are stored
-- (`written_by`, `writer_started_at`). Rollups are of these values once no dirty hour up to `dirty_through` is left.
CREATE TABLE sync.settings (
    is_only       boolean     NOT NULL DEFAULT true,
    time_zone     text        NOT NULL DEFAULT 'UTC',
    queue_target  interval    NOT NULL DEFAULT '5 minutes',
    run_target    interval    NOT NULL DEFAULT '1 hour',
    history_since timestamptz,
    dirty_through bigint,
    written_by    text        NOT NULL DEFAULT '',
    writer_started_at timestamptz,
    CONSTRAINT pk_settings PRIMARY KEY (is_only),
    CONSTRAINT ck_settings_one_row CHECK (is_only)
);
INSERT INTO sync.settings DEFAULT VALUES;

-- The name, the account and the key are those of the process that started last, as in `settings`.
CREATE TABLE sync.sources (
    source_id     bigint      GENERATED ALWAYS AS IDENTITY,
    name          text        NOT NULL,
    provider      text        NOT NULL,
    site          text        NOT NULL,
    account       text        NOT NULL,
    key_hash      text        NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now(),
    written_by    text        NOT NULL DEFAULT '',
    writer_started_at timestamptz,
    CONSTRAINT pk_sources PRIMARY KEY (source_id),
    CONSTRAINT uq_sources_name UNIQUE (name)
);

CREATE TABLE sync.streams (
    stream_id         bigint         GENERATED ALWAYS AS IDENTITY,
    source_id         bigint         NOT NULL,
    region            text           NOT NULL,
    registered_at     timestamptz    NOT NULL DEFAULT now(),
    poll_every        interval       NOT NULL,
    sweep_every       interval       NOT NULL,
    retention         interval,
    polled            tstzmultirange NOT NULL DEFAULT '{}',
    swept             tstzmultirange NOT NULL DEFAULT '{}',
    orders            jsonb          NOT NULL DEFAULT '{}',
    lookback          interval,
    first_sweep_at    timestamptz,
    last_sweep_at     timestamptz,
    last_run_at       timestamptz,
    outcome_filter    text           NOT NULL DEFAULT 'unproven',
    outcome_filter_at timestamptz,
    retired_at        timestamptz,
    shown_age         interval,
    paused_until      timestamptz,
    -- By the database's clock: the end of the last successful run, and the failure under way.
    succeeded_at      timestamptz,
    failing_since     timestamptz,
    failing_mode      text,
    failure           text,
    CONSTRAINT pk_streams PRIMARY KEY (stream_id),
    CONSTRAINT uq_streams_source_id_region UNIQUE (source_id, region),
    CONSTRAINT fk_streams_source_id_sources FOREIGN KEY (source_id) REFERENCES sync.sources (source_id)
);

-- The epoch is part of the key. A takeover changes it, and therefore waits for a writer that holds the row
-- FOR KEY SHARE; a renewal does not change it, and therefore never waits. The random token identifies the lease:
-- after a failover that lost commits, an epoch is used a second time.
CREATE TABLE sync.leases (
    stream_id  bigint      NOT NULL,
    epoch      bigint      NOT NULL,
    token      uuid        NOT NULL DEFAULT gen_random_uuid(),
    holder     text        NOT NULL,
    renewed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_leases PRIMARY KEY (stream_id, epoch),
    CONSTRAINT uq_leases_stream_id UNIQUE (stream_id),
    CONSTRAINT fk_leases_stream_id_streams FOREIGN KEY (stream_id) REFERENCES sync.streams (stream_id)
);
