CREATE SCHEMA IF NOT EXISTS sync;
COMMENT ON SCHEMA sync IS 'Internal tables of syncer, written by the daemon only. Read the schema reporting instead.';

CREATE SCHEMA IF NOT EXISTS sync_history;
COMMENT ON SCHEMA sync_history IS 'Monthly partitions of sync.task_versions.';

CREATE SCHEMA IF NOT EXISTS reporting;
COMMENT ON SCHEMA reporting IS 'Stable views for analysts over all tasks that syncer has observed. / 供分析人员查询的稳定视图，涵盖 syncer 观测到的全部任务。';
