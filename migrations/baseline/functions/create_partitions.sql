-- requires: create_partition

CREATE OR REPLACE FUNCTION sync.create_partitions(since timestamptz, months integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
    created integer := 0;
    month timestamptz;
BEGIN
    FOR month IN
        SELECT generate_series(
            date_trunc('month', since), date_trunc('month', since) + make_interval(months => months),
            interval '1 month')
    LOOP
        CONTINUE WHEN to_regclass('sync_history.task_versions_' || to_char(month, 'YYYY_MM')) IS NOT NULL;
        PERFORM sync.create_partition(month);
        created := created + 1;
    END LOOP;
    RETURN created;
END $$;
COMMENT ON FUNCTION sync.create_partitions IS 'Creates the missing partitions from the month of `since` to that many `months` later; returns their number.';

-- Partitions exist before the first row is written.
SELECT sync.create_partitions(now(), 3);
