CREATE OR REPLACE FUNCTION sync.touch_everything() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    zone constant text := (SELECT time_zone FROM sync.settings);
    of_each_source constant bigint[] := ARRAY(SELECT min(stream_id) FROM sync.streams GROUP BY source_id);
    halves timestamptz[] := '{}';
    task_at timestamptz := (SELECT min(created_at) FROM sync.tasks);
BEGIN
    WHILE task_at IS NOT NULL LOOP
        halves := halves || date_bin('12 hours', task_at, timestamptz '2000-01-01 00:00+00');
        task_at := (
            SELECT min(created_at) FROM sync.tasks
            WHERE created_at >= halves[cardinality(halves)] + interval '12 hours');
    END LOOP;
    INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
    SELECT stream_id, 'arrivals', half_at + within
    FROM unnest(of_each_source) AS stream_id, unnest(halves) AS half_at,
        unnest('{0 hours,11 hours}'::interval[]) AS within;

    halves := '{}';
    task_at := (SELECT min(finished_at) FROM sync.tasks);
    WHILE task_at IS NOT NULL LOOP
        halves := halves || date_bin('12 hours', task_at, timestamptz '2000-01-01 00:00+00');
        task_at := (
            SELECT min(finished_at) FROM sync.tasks
            WHERE finished_at >= halves[cardinality(halves)] + interval '12 hours');
    END LOOP;
    INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
    SELECT stream_id, 'completions', half_at + within
    FROM unnest(of_each_source) AS stream_id, unnest(halves) AS half_at,
        unnest('{0 hours,11 hours}'::interval[]) AS within;

    INSERT INTO sync.touched_hours (stream_id, fact, hour_at)
    SELECT stream_id, fact, (day + time '12:00') AT TIME ZONE zone
    FROM unnest(of_each_source) AS stream_id, (
        SELECT 'arrivals' AS fact, day FROM sync.arrivals_daily
        UNION
        SELECT 'completions', day FROM sync.completions_daily
    ) AS known;
END $$;
