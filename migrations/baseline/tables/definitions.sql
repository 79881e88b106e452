-- Which text of each view and function was run, in order; the last row of a name is its present definition.

CREATE TABLE sync.definitions (
    definition_id bigint      GENERATED ALWAYS AS IDENTITY,
    name          text        NOT NULL,
    digest        text        NOT NULL,
    applied_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_definitions PRIMARY KEY (definition_id)
);
