-- Daemons, one row each. A daemon updates its row at regular intervals and deletes it when it shuts down cleanly.

CREATE TABLE sync.processes (
    process_id    bigint      GENERATED ALWAYS AS IDENTITY,
    host          text        NOT NULL,
    pid           bigint      NOT NULL,
    version       text        NOT NULL,
    -- Digest of the configuration, without secrets.
    configuration text        NOT NULL,
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Errors under way that belong to no run: an array of {"subject", "error", "since"}.
    errors        jsonb       NOT NULL DEFAULT '[]',
    CONSTRAINT pk_processes PRIMARY KEY (process_id)
);
