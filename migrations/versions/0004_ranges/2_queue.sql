-- What the new rollups depend on goes into the queue, too: what a task failed of, and runs that have ended.

ALTER TABLE sync.touched_hours DROP CONSTRAINT ck_touched_hours_fact;
ALTER TABLE sync.touched_hours
    ADD CONSTRAINT ck_touched_hours_fact CHECK (fact IN ('arrivals', 'completions', 'runs'));

CREATE OR REPLACE FUNCTION sync.touch_changed_hours() RETURNS trigger
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
    WHERE (o.task_type, o.status, o.created_at, o.started_at, o.finished_at, o.lost_at IS NULL,
            o.error_code, o.error_message)
        IS DISTINCT FROM (n.task_type, n.status, n.created_at, n.started_at, n.finished_at, n.lost_at IS NULL,
            n.error_code, n.error_message)
        AND each.at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION sync.touch_hours_of_runs() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status <> 'running' THEN
        INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
        VALUES (OLD.stream_id, 'runs', date_bin('1 hour', OLD.begun_at, timestamptz '2000-01-01 00:00+00'));
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.status <> 'running' THEN
        INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
        VALUES (NEW.stream_id, 'runs', date_bin('1 hour', NEW.begun_at, timestamptz '2000-01-01 00:00+00'));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.touch_hours_of_runs IS 'Notes the hours of runs that have ended, and of those that had.';

CREATE TRIGGER touch_hours_of_runs AFTER INSERT OR UPDATE OR DELETE ON sync.runs
    FOR EACH ROW EXECUTE FUNCTION sync.touch_hours_of_runs();

-- As before, and the runs besides.
CREATE OR REPLACE FUNCTION sync.touch_everything() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    zone constant text := (SELECT time_zone FROM sync.settings);
    of_each_source constant bigint[] := ARRAY(SELECT min(stream_id) FROM sync.streams GROUP BY source_id);
    counted record;
    halves timestamptz[];
    at timestamptz;
BEGIN
    FOR counted IN
        SELECT * FROM (VALUES
            ('arrivals', 'tasks', 'created_at'), ('completions', 'tasks', 'finished_at'), ('runs', 'runs', 'begun_at')
        ) AS each (fact, ledger, instant)
    LOOP
        halves := '{}';
        EXECUTE format('SELECT min(%I) FROM sync.%I', counted.instant, counted.ledger) INTO at;
        WHILE at IS NOT NULL LOOP
            halves := halves || date_bin('12 hours', at, timestamptz '2000-01-01 00:00+00');
            EXECUTE format('SELECT min(%1$I) FROM sync.%2$I WHERE %1$I >= $1', counted.instant, counted.ledger)
                INTO at USING halves[cardinality(halves)] + interval '12 hours';
        END LOOP;
        INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
        SELECT stream_id, counted.fact, half_at + within
        FROM unnest(of_each_source) AS stream_id, unnest(halves) AS half_at,
            unnest('{0 hours,11 hours}'::interval[]) AS within;
    END LOOP;

    INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
    SELECT stream_id, fact, (day + time '12:00') AT TIME ZONE zone
    FROM unnest(of_each_source) AS stream_id, (
        SELECT 'arrivals' AS fact, day FROM sync.arrivals_daily
        UNION
        SELECT 'completions', day FROM sync.completions_daily
        UNION
        SELECT 'runs', day FROM sync.runs_hourly
    ) AS known;
END $$;

SELECT sync.touch_everything();
