-- What was replaced long ago may go, where the configuration says so: whole months at a time, which costs nothing.
-- Each table that goes needs the history for a moment, and must not hold up those who write it.

CREATE FUNCTION sync.drop_partitions(replaced_before timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
    part text;
    dropped integer := 0;
BEGIN
    FOR part IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'sync_history'::regnamespace AND relname ~ '^task_versions_\d{4}_\d{2}$'
            AND to_date(right(relname, 7), 'YYYY_MM') + interval '1 month' <= replaced_before
        ORDER BY relname
    LOOP
        EXECUTE format('DROP TABLE sync_history.%I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM sync_history.task_versions_default WHERE replaced_at < date_trunc('month', replaced_before);
    RETURN dropped;
END $$;
COMMENT ON FUNCTION sync.drop_partitions IS
    'Drops the months of the history that ended before; returns how many. The tasks themselves stay.';
