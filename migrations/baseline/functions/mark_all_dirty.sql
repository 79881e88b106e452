-- Reads only the first task or run of each half day, because no day is shorter, and marks both ends of the half day,
-- because it may lie in two days. Days that already have a rollup are marked, too: in another time zone they may have
-- no tasks any more.
CREATE OR REPLACE FUNCTION sync.mark_all_dirty() RETURNS void
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
        ) AS each (fact, relation, instant)
    LOOP
        halves := '{}';
        EXECUTE format('SELECT min(%I) FROM sync.%I', counted.instant, counted.relation) INTO at;
        WHILE at IS NOT NULL LOOP
            halves := halves || date_bin('12 hours', at, timestamptz '2000-01-01 00:00+00');
            EXECUTE format('SELECT min(%1$I) FROM sync.%2$I WHERE %1$I >= $1', counted.instant, counted.relation)
                INTO at USING halves[cardinality(halves)] + interval '12 hours';
        END LOOP;
        INSERT INTO sync.dirty_hours (stream_id, fact, hour_at)
        SELECT stream_id, counted.fact, half_at + within
        FROM unnest(of_each_source) AS stream_id, unnest(halves) AS half_at,
            unnest('{0 hours,11 hours}'::interval[]) AS within;
    END LOOP;

    INSERT INTO sync.dirty_hours (stream_id, fact, hour_at)
    SELECT stream_id, fact, (day + time '12:00') AT TIME ZONE zone
    FROM unnest(of_each_source) AS stream_id, (
        SELECT 'arrivals' AS fact, day FROM sync.arrivals_daily
        UNION
        SELECT 'completions', day FROM sync.completions_daily
        UNION
        SELECT 'runs', day FROM sync.runs_hourly
    ) AS known;
END $$;
COMMENT ON FUNCTION sync.mark_all_dirty IS 'Marks every day of every rollup, so that the daemon computes all of them again.';

-- With another definition every day is computed again.
SELECT sync.mark_all_dirty();
