-- Tasks without a time of creation are in no rollup; there are few of them, and an index knows where.
CREATE OR REPLACE VIEW reporting.task_counts AS
SELECT
    n.source_id AS source_key, o.name AS source, o.provider, n.task_type, n.status, sum(n.tasks)::bigint AS tasks
FROM (
    SELECT source_id, task_type, status, tasks FROM sync.arrivals_daily
    UNION ALL
    SELECT s.source_id, coalesce(nullif(t.task_type, ''), 'unknown'), t.status, 1
    FROM sync.tasks t
    JOIN sync.streams s ON s.stream_id = t.stream_id
    WHERE t.created_at IS NULL
) n
JOIN sync.sources o ON o.source_id = n.source_id
GROUP BY n.source_id, o.name, o.provider, n.task_type, n.status;

COMMENT ON VIEW reporting.task_counts IS 'How many tasks there are: one row for each source, task type and status. Counted ahead, and so up to a minute old. / 任务总数：每个数据源、任务类型和状态一行。由预先统计得出，最多滞后一分钟。';
COMMENT ON COLUMN reporting.task_counts.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.task_counts.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.task_counts.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.task_counts.task_type IS 'The provider''s kind of task; unknown where it tells none. / 云厂商的任务类型；未告知时为 unknown。';
COMMENT ON COLUMN reporting.task_counts.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（结果未告知）、unknown 未知。';
COMMENT ON COLUMN reporting.task_counts.tasks IS 'How many tasks there are. / 任务数。';
