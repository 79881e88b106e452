-- Every transaction with a smaller id has ended, so no row with a smaller one can appear later.
CREATE OR REPLACE VIEW reporting.load_bound AS
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS changed_before;

COMMENT ON VIEW reporting.load_bound IS 'One row: up to where an incremental load is complete. / 仅一行：增量加载的完整上界。';
COMMENT ON COLUMN reporting.load_bound.changed_before IS 'All rows with a smaller changed_in are visible now, and no other row will get a smaller one. / changed_in 小于此值的行目前均已可见，之后也不会再出现更小的值。';
