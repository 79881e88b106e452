-- A rollup row depends on these columns only; a change of another one, such as progress, marks nothing. The settings
-- give a plan for any number of rows, as in keep_version.
CREATE OR REPLACE FUNCTION sync.mark_changed_hours_dirty() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
SET enable_hashjoin = on SET enable_mergejoin = off SET enable_nestloop = off AS $$
BEGIN
    INSERT INTO sync.dirty_hours (stream_id, fact, hour_at)
    SELECT DISTINCT n.stream_id, each.fact, date_bin('1 hour', each.at, timestamptz '2000-01-01 00:00+00')
    FROM former o
    JOIN current n ON n.task_key = o.task_key
    CROSS JOIN LATERAL (VALUES
        ('arrivals', o.created_at), ('arrivals', n.created_at),
        ('completions', o.finished_at), ('completions', n.finished_at)
    ) AS each (fact, at)
    WHERE (o.task_type, o.status, o.created_at, o.started_at, o.finished_at, o.lost_at IS NULL,
            o.error_code, o.error_message)
        IS DISTINCT FROM (n.task_type, n.status, n.created_at, n.started_at, n.finished_at, n.lost_at IS NULL,
            n.error_code, n.error_message)
        AND each.at IS NOT NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.mark_changed_hours_dirty IS 'Marks the hours of the tasks whose counted columns an UPDATE changes.';

CREATE OR REPLACE TRIGGER mark_changed_hours_dirty AFTER UPDATE ON sync.tasks
    REFERENCING OLD TABLE AS former NEW TABLE AS current
    FOR EACH STATEMENT EXECUTE FUNCTION sync.mark_changed_hours_dirty();
