CREATE OR REPLACE VIEW reporting.statuses AS
SELECT status, is_open, NOT is_open AS is_terminal, outcome_known, sort_order, label_en, label_zh
FROM (VALUES
    ('waiting', true, false, 1::bigint, 'Waiting', '等待中'),
    ('running', true, false, 2, 'Running', '运行中'),
    ('paused', true, false, 3, 'Paused', '已暂停'),
    ('succeeded', false, true, 4, 'Succeeded', '成功'),
    ('failed', false, true, 5, 'Failed', '失败'),
    ('cancelled', false, true, 6, 'Cancelled', '已取消'),
    ('finished', false, false, 7, 'Finished, outcome not reported', '已结束（结果未知）'),
    ('unknown', true, false, 8, 'Unknown', '未知')
) AS s (status, is_open, outcome_known, sort_order, label_en, label_zh);

COMMENT ON VIEW reporting.statuses IS 'One row per status that a task can have. / 任务可能的每种状态一行。';
COMMENT ON COLUMN reporting.statuses.status IS 'Status, as in all views. / 状态，与所有视图一致。';
COMMENT ON COLUMN reporting.statuses.is_open IS 'True if a task with this status can still change, unless it is lost: a lost task keeps its last status. To count open tasks, sum the column open of task_counts or of the arrivals. / 处于该状态的任务仍可能变化时为真，但已丢失的任务除外（其状态为最后一次观测到的状态）。统计未结束的任务数时，请对 task_counts 或 arrivals 视图的 open 列求和。';
COMMENT ON COLUMN reporting.statuses.is_terminal IS 'True if a task with this status has ended. / 处于该状态的任务已结束时为真。';
COMMENT ON COLUMN reporting.statuses.outcome_known IS 'True if the provider reports the outcome with this status: succeeded, failed or cancelled. / 该状态包含厂商返回的结果时为真：成功、失败或取消。';
COMMENT ON COLUMN reporting.statuses.sort_order IS 'Order in which to show the statuses: that of a task''s life. / 状态的显示顺序，按任务的生命周期排列。';
COMMENT ON COLUMN reporting.statuses.label_en IS 'English label of the status. / 状态的英文名称。';
COMMENT ON COLUMN reporting.statuses.label_zh IS 'Chinese label of the status. / 状态的中文名称。';
