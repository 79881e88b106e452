-- Which hours' tasks have changed since the rollups were computed. Writers only append, so that they never wait
-- for whoever works it off. Hours of UTC, not days of the reporting time zone: a writer need not know the zone,
-- and its rows stay right when the zone changes while it writes.

CREATE TABLE sync.touched_hours (
    stream_id bigint      NOT NULL,
    fact      text        NOT NULL,
    hour_at   timestamptz NOT NULL,
    CONSTRAINT ck_touched_hours_fact CHECK (fact IN ('arrivals', 'completions'))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- A rollup row depends on these columns alone; a change of any other, such as progress, touches nothing.
CREATE FUNCTION sync.touch_changed_hours() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
SET enable_hashjoin = on SET enable_mergejoin = off SET enable_nestloop = off AS $$
BEGIN
    INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
    SELECT DISTINCT n.stream_id, each.fact, date_bin('1 hour', each.at, timestamptz '2000-01-01 00:00+00')
    FROM former o
    JOIN current n ON n.task_key = o.task_key
    CROSS JOIN LATERAL (VALUES
        ('arrivals', o.created_at), ('arrivals', n.created_at),
        ('completions', o.finished_at), ('completions', n.finished_at)
    ) AS each (fact, at)
    WHERE (o.task_type, o.status, o.created_at, o.started_at, o.finished_at, o.lost_at IS NULL)
        IS DISTINCT FROM (n.task_type, n.status, n.created_at, n.started_at, n.finished_at, n.lost_at IS NULL)
        AND each.at IS NOT NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.touch_changed_hours IS 'Notes the hours of the tasks that an update changes for the rollups.';

CREATE FUNCTION sync.touch_hours() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
    SELECT DISTINCT t.stream_id, each.fact, date_bin('1 hour', each.at, timestamptz '2000-01-01 00:00+00')
    FROM touched t
    CROSS JOIN LATERAL (VALUES ('arrivals', t.created_at), ('completions', t.finished_at)) AS each (fact, at)
    WHERE each.at IS NOT NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.touch_hours IS 'Notes the hours of tasks that are new, or gone.';

CREATE TRIGGER touch_new_hours AFTER INSERT ON sync.tasks
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_hours();

CREATE TRIGGER touch_changed_hours AFTER UPDATE ON sync.tasks
    REFERENCING OLD TABLE AS former NEW TABLE AS current
    FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_changed_hours();

-- The daemon deletes nothing; a person may.
CREATE TRIGGER touch_gone_hours AFTER DELETE ON sync.tasks
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_hours();
