CREATE OR REPLACE FUNCTION sync.create_partition(month timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    bound constant timestamptz := date_trunc('month', month, 'UTC') + interval '1 month';
    part constant text := 'task_versions_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    LOCK TABLE sync_history.task_versions_default IN ACCESS EXCLUSIVE MODE;
    IF to_regclass('sync_history.' || part) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE sync_history.%I (LIKE sync.task_versions INCLUDING ALL)', part);
    EXECUTE format(
        'WITH moved AS (DELETE FROM sync_history.task_versions_default'
        ' WHERE replaced_at >= %L AND replaced_at < %L RETURNING *)'
        ' INSERT INTO sync_history.%I SELECT * FROM moved', month, bound, part);
    EXECUTE format(
        'ALTER TABLE sync.task_versions ATTACH PARTITION sync_history.%I FOR VALUES FROM (%L) TO (%L)',
        part, month, bound);
END $$;
COMMENT ON FUNCTION sync.create_partition IS 'Creates the partition of one UTC month, and moves the rows of that month from the default partition into it.';
