-- Tasks without a creation time are in no rollup. They are few, and an index finds them.
CREATE OR REPLACE VIEW reporting.task_counts AS
SELECT
    n.source_id AS source_key,
    o.name AS source,
    o.provider,
    n.task_type,
    n.status,
    sum(n.tasks)::bigint AS tasks,
    sum(n.lost)::bigint AS lost,
    CASE WHEN n.status IN ('waiting', 'running', 'paused', 'unknown') THEN sum(n.tasks - n.lost) ELSE 0 END::bigint
        AS open
FROM (
    SELECT source_id, task_type, status, tasks, lost FROM sync.arrivals_daily
    UNION ALL
    SELECT
        s.source_id,
        coalesce(nullif(left(t.task_type, 200), ''), 'unknown'),
        t.status,
        1,
        (t.lost_at IS NOT NULL)::integer
    FROM sync.tasks t
    JOIN sync.streams s ON s.stream_id = t.stream_id
    WHERE t.created_at IS NULL
) n
JOIN sync.sources o ON o.source_id = n.source_id
GROUP BY n.source_id, o.name, o.provider, n.task_type, n.status;

COMMENT ON VIEW reporting.task_counts IS 'Number of tasks: one row per source, task type and status. Precomputed, so up to a minute old. / 任务总数：每个数据源、任务类型和状态一行。由预先统计得出，最多滞后一分钟。';
COMMENT ON COLUMN reporting.task_counts.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.task_counts.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.task_counts.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.task_counts.task_type IS 'Task type of the provider; unknown if it reports none. / 厂商定义的任务类型；厂商未返回时为 unknown。';
COMMENT ON COLUMN reporting.task_counts.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not reported) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（厂商不提供结果）、unknown 未知。';
COMMENT ON COLUMN reporting.task_counts.tasks IS 'Number of tasks, including the lost ones. / 任务数，包括已丢失的任务。';
COMMENT ON COLUMN reporting.task_counts.lost IS 'Number of these tasks that left the provider''s list before their end was observed. / 其中在观测到结束之前就从厂商列表中消失的任务数。';
COMMENT ON COLUMN reporting.task_counts.open IS 'Number of these tasks that can still change: those with an open status, without the lost ones. / 其中仍可能变化的任务数：状态未结束且未丢失的任务。';
