CREATE OR REPLACE FUNCTION sync.drop_partitions(replaced_before timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
    since constant timestamptz := date_trunc('month', replaced_before);
    part text;
    dropped integer := 0;
    deleted integer;
BEGIN
    -- First, because the rows need no lock that stops readers; DROP TABLE locks the whole history to the commit.
    DELETE FROM sync_history.task_versions_default WHERE replaced_at < since;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    FOR part IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'sync_history'::regnamespace AND relname ~ '^task_versions_\d{4}_\d{2}$'
            AND to_date(right(relname, 7), 'YYYY_MM') + interval '1 month' <= replaced_before
        ORDER BY relname
    LOOP
        EXECUTE format('DROP TABLE sync_history.%I', part);
        dropped := dropped + 1;
    END LOOP;
    IF dropped + deleted > 0 THEN
        UPDATE sync.settings SET history_since = greatest(history_since, since);
    END IF;
    RETURN dropped;
END $$;
COMMENT ON FUNCTION sync.drop_partitions IS 'Drops the months of the history that ended before an instant; returns their number. Current states are kept.';
