CREATE OR REPLACE FUNCTION sync.mark_hours_dirty() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO sync.dirty_hours (stream_id, fact, hour_at)
    SELECT DISTINCT t.stream_id, each.fact, date_bin('1 hour', each.at, timestamptz '2000-01-01 00:00+00')
    FROM changed t
    CROSS JOIN LATERAL (VALUES ('arrivals', t.created_at), ('completions', t.finished_at)) AS each (fact, at)
    WHERE each.at IS NOT NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.mark_hours_dirty IS 'Marks the hours of tasks that were inserted or deleted.';

CREATE OR REPLACE TRIGGER mark_new_hours_dirty AFTER INSERT ON sync.tasks
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sync.mark_hours_dirty();

-- The daemon deletes no tasks, but a person can.
CREATE OR REPLACE TRIGGER mark_deleted_hours_dirty AFTER DELETE ON sync.tasks
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sync.mark_hours_dirty();
