CREATE OR REPLACE FUNCTION sync.touch_hours() RETURNS trigger
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

CREATE OR REPLACE TRIGGER touch_new_hours AFTER INSERT ON sync.tasks
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_hours();

-- The daemon deletes nothing; a person may.
CREATE OR REPLACE TRIGGER touch_gone_hours AFTER DELETE ON sync.tasks
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_hours();
