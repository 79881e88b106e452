-- requires: covered_sources

CREATE OR REPLACE VIEW reporting.arrivals_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.task_type,
    r.status,
    r.tasks,
    CASE WHEN r.status IN ('succeeded', 'failed', 'cancelled') THEN r.tasks ELSE 0 END AS outcome_known,
    CASE WHEN r.status = 'succeeded' THEN r.tasks ELSE 0 END AS succeeded,
    CASE WHEN r.status = 'failed' THEN r.tasks ELSE 0 END AS failed,
    r.lost,
    r.queue_known,
    r.queue_seconds_sum,
    r.queue_seconds[1] AS queue_seconds_p50,
    r.queue_seconds[2] AS queue_seconds_p90,
    r.queue_seconds[3] AS queue_seconds_p95,
    r.queue_seconds[4] AS queue_seconds_p99,
    r.queue_seconds[5] AS queue_seconds_max,
    r.run_known,
    r.run_seconds_sum,
    r.run_seconds[1] AS run_seconds_p50,
    r.run_seconds[2] AS run_seconds_p90,
    r.run_seconds[3] AS run_seconds_p95,
    r.run_seconds[4] AS run_seconds_p99,
    r.run_seconds[5] AS run_seconds_max,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings),
        (r.day + 1)::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings)
    ), false) AS is_covered,
    CASE WHEN r.status IN ('waiting', 'running', 'paused', 'unknown') THEN r.tasks - r.lost ELSE 0 END AS open
FROM sync.arrivals_daily r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.covered_sources c ON c.source_id = r.source_id;

COMMENT ON VIEW reporting.arrivals_daily IS 'Tasks by day of creation: one row per source, task type and present status. Durations of recent days are censored: tasks that are still open have none yet, and slow tasks are among them. completions_daily has no such bias. / 按创建日期统计的任务：每个数据源、任务类型和当前状态一行。近期的时长存在删失：尚未结束的任务还没有时长，其中多为慢任务；completions_daily 没有这种偏差。';
COMMENT ON COLUMN reporting.arrivals_daily.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.arrivals_daily.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.arrivals_daily.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.arrivals_daily.day IS 'Day of creation in the reporting time zone. / 创建日期（报表时区）。';
COMMENT ON COLUMN reporting.arrivals_daily.task_type IS 'Task type of the provider; unknown if it reports none. / 厂商定义的任务类型；厂商未返回时为 unknown。';
COMMENT ON COLUMN reporting.arrivals_daily.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not reported) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（厂商不提供结果）、unknown 未知。';
COMMENT ON COLUMN reporting.arrivals_daily.tasks IS 'Number of tasks created in this period. / 该时段内创建的任务数。';
COMMENT ON COLUMN reporting.arrivals_daily.outcome_known IS 'Number of these tasks whose outcome the provider reported: succeeded, failed or cancelled. The denominator of a failure rate. / 其中厂商已返回结果（成功、失败或取消）的任务数；计算失败率时以此为分母。';
COMMENT ON COLUMN reporting.arrivals_daily.succeeded IS 'Number of these tasks that succeeded. / 其中成功的任务数。';
COMMENT ON COLUMN reporting.arrivals_daily.failed IS 'Number of these tasks that failed. / 其中失败的任务数。';
COMMENT ON COLUMN reporting.arrivals_daily.lost IS 'Number of these tasks that left the provider''s list before their end was observed. / 其中在观测到结束之前就从厂商列表中消失的任务数。';
COMMENT ON COLUMN reporting.arrivals_daily.queue_known IS 'Number of these tasks with a known queue time. / 其中排队时长已知的任务数。';
COMMENT ON COLUMN reporting.arrivals_daily.queue_seconds_sum IS 'Sum of the queue times in seconds. The average over any rows is the sum of this column divided by the sum of queue_known. / 排队秒数之和；任意多行的平均值等于本列之和除以 queue_known 之和。';
COMMENT ON COLUMN reporting.arrivals_daily.queue_seconds_p50 IS 'Median queue time in seconds. Exact, not estimated. Percentiles of several rows can be neither added nor averaged. / 排队秒数的中位数。精确值，并非估计；多行的分位数不能相加或取平均。';
COMMENT ON COLUMN reporting.arrivals_daily.queue_seconds_p90 IS '90th percentile of the queue time in seconds. Exact. / 排队秒数的 90 分位数，精确值。';
COMMENT ON COLUMN reporting.arrivals_daily.queue_seconds_p95 IS '95th percentile of the queue time in seconds. Exact. / 排队秒数的 95 分位数，精确值。';
COMMENT ON COLUMN reporting.arrivals_daily.queue_seconds_p99 IS '99th percentile of the queue time in seconds. Exact. / 排队秒数的 99 分位数，精确值。';
COMMENT ON COLUMN reporting.arrivals_daily.queue_seconds_max IS 'Longest queue time in seconds. / 最长的排队秒数。';
COMMENT ON COLUMN reporting.arrivals_daily.run_known IS 'Number of these tasks with a known run time. / 其中运行时长已知的任务数。';
COMMENT ON COLUMN reporting.arrivals_daily.run_seconds_sum IS 'Sum of the run times in seconds. The average over any rows is the sum of this column divided by the sum of run_known. / 运行秒数之和；任意多行的平均值等于本列之和除以 run_known 之和。';
COMMENT ON COLUMN reporting.arrivals_daily.run_seconds_p50 IS 'Median run time in seconds. Exact, not estimated. Percentiles of several rows can be neither added nor averaged. / 运行秒数的中位数。精确值，并非估计；多行的分位数不能相加或取平均。';
COMMENT ON COLUMN reporting.arrivals_daily.run_seconds_p90 IS '90th percentile of the run time in seconds. Exact. / 运行秒数的 90 分位数，精确值。';
COMMENT ON COLUMN reporting.arrivals_daily.run_seconds_p95 IS '95th percentile of the run time in seconds. Exact. / 运行秒数的 95 分位数，精确值。';
COMMENT ON COLUMN reporting.arrivals_daily.run_seconds_p99 IS '99th percentile of the run time in seconds. Exact. / 运行秒数的 99 分位数，精确值。';
COMMENT ON COLUMN reporting.arrivals_daily.run_seconds_max IS 'Longest run time in seconds. / 最长的运行秒数。';
COMMENT ON COLUMN reporting.arrivals_daily.is_covered IS 'True if everything created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Only then is the row certainly complete. / 当天创建的任务在所有已开始覆盖的地域中均已读取，并经之后的一次完整读取确认时为真；只有此时该行才确定完整。';
COMMENT ON COLUMN reporting.arrivals_daily.open IS 'Number of these tasks that can still change: those with an open status, without the lost ones. / 其中仍可能变化的任务数：状态未结束且未丢失的任务。';
