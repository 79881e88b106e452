-- The three schemas.

CREATE SCHEMA IF NOT EXISTS sync;
COMMENT ON SCHEMA sync IS 'The ledger of syncer. Written by the daemon alone; read reporting instead.';

CREATE SCHEMA IF NOT EXISTS sync_history;
COMMENT ON SCHEMA sync_history IS 'The monthly partitions of sync.task_versions.';

CREATE SCHEMA IF NOT EXISTS reporting;
COMMENT ON SCHEMA reporting IS 'What analysts read: stable views over every task that syncer has seen. / 供分析人员读取的稳定视图，涵盖 syncer 看到过的全部任务。';
