CREATE OR REPLACE FUNCTION sync.mark_run_hours_dirty() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status <> 'running' THEN
        INSERT INTO sync.dirty_hours (stream_id, fact, hour_at)
        VALUES (OLD.stream_id, 'runs', date_bin('1 hour', OLD.begun_at, timestamptz '2000-01-01 00:00+00'));
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.status <> 'running' THEN
        INSERT INTO sync.dirty_hours (stream_id, fact, hour_at)
        VALUES (NEW.stream_id, 'runs', date_bin('1 hour', NEW.begun_at, timestamptz '2000-01-01 00:00+00'));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.mark_run_hours_dirty IS 'Marks the hours of ended runs that were inserted, changed or deleted.';

CREATE OR REPLACE TRIGGER mark_run_hours_dirty AFTER INSERT OR UPDATE OR DELETE ON sync.runs
    FOR EACH ROW EXECUTE FUNCTION sync.mark_run_hours_dirty();
