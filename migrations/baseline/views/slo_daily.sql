-- requires: covered_sources

CREATE OR REPLACE VIEW reporting.slo_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.tasks,
    r.succeeded + r.failed + r.cancelled AS outcome_known,
    r.succeeded,
    r.failed,
    r.succeeded::float8 / nullif(r.succeeded + r.failed + r.cancelled, 0) AS success_rate,
    r.failed::float8 / nullif(r.succeeded + r.failed + r.cancelled, 0) AS failure_rate,
    extract(epoch FROM s.queue_target)::float8 AS queue_target_seconds,
    r.queue_known,
    r.queue_within_target,
    r.queue_within_target::float8 / nullif(r.queue_known, 0) AS queue_within_target_rate,
    r.queue_seconds[1] AS queue_seconds_p50,
    r.queue_seconds[2] AS queue_seconds_p90,
    r.queue_seconds[3] AS queue_seconds_p95,
    r.queue_seconds[4] AS queue_seconds_p99,
    r.queue_seconds[5] AS queue_seconds_max,
    extract(epoch FROM s.run_target)::float8 AS run_target_seconds,
    r.run_known,
    r.run_within_target,
    r.run_within_target::float8 / nullif(r.run_known, 0) AS run_within_target_rate,
    r.run_seconds[1] AS run_seconds_p50,
    r.run_seconds[2] AS run_seconds_p90,
    r.run_seconds[3] AS run_seconds_p95,
    r.run_seconds[4] AS run_seconds_p99,
    r.run_seconds[5] AS run_seconds_max,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE s.time_zone, (r.day + 1)::timestamp AT TIME ZONE s.time_zone
    ), false) AS is_covered
FROM sync.slo_daily r
CROSS JOIN sync.settings s
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.covered_sources c ON c.source_id = r.source_id;

COMMENT ON VIEW reporting.slo_daily IS 'Service level by day: one row per source and day. By the day of the end, because only then is the outcome known, and the numbers of a day no longer change. For tasks that are still waiting or running see open_tasks. / 每日服务水平：每个数据源每天一行。按结束日期统计，因为此时任务的结果才确定，且当天的数字不再变化；仍在等待或运行的任务见 open_tasks。';
COMMENT ON COLUMN reporting.slo_daily.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.slo_daily.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.slo_daily.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.slo_daily.day IS 'Day of the end in the reporting time zone. / 结束日期（报表时区）。';
COMMENT ON COLUMN reporting.slo_daily.tasks IS 'Number of tasks that ended on that day. / 当天结束的任务数。';
COMMENT ON COLUMN reporting.slo_daily.outcome_known IS 'Number of these tasks whose outcome the provider reported: succeeded, failed or cancelled. The denominator of a failure rate. / 其中厂商已返回结果（成功、失败或取消）的任务数；计算失败率时以此为分母。';
COMMENT ON COLUMN reporting.slo_daily.succeeded IS 'Number of these tasks that succeeded. / 其中成功的任务数。';
COMMENT ON COLUMN reporting.slo_daily.failed IS 'Number of these tasks that failed. / 其中失败的任务数。';
COMMENT ON COLUMN reporting.slo_daily.success_rate IS 'Share of outcome_known that succeeded, 0 to 1; null if no outcome is known. / 成功任务占 outcome_known 的比例，0 到 1；没有已知结果时为空。';
COMMENT ON COLUMN reporting.slo_daily.failure_rate IS 'Share of outcome_known that failed, 0 to 1; null if no outcome is known. Cancelled tasks count as neither succeeded nor failed. / 失败任务占 outcome_known 的比例，0 到 1；没有已知结果时为空。已取消的任务既不算成功也不算失败。';
COMMENT ON COLUMN reporting.slo_daily.queue_target_seconds IS 'Seconds after creation within which a task should start, as configured in reporting.queue_target. / 任务创建后应在多少秒内开始运行，取自配置项 reporting.queue_target。';
COMMENT ON COLUMN reporting.slo_daily.queue_known IS 'Number of these tasks with a known queue time. / 其中排队时长已知的任务数。';
COMMENT ON COLUMN reporting.slo_daily.queue_within_target IS 'Number of these tasks that started in time. / 其中按时开始的任务数。';
COMMENT ON COLUMN reporting.slo_daily.queue_within_target_rate IS 'Share of queue_known that started in time, 0 to 1; null if no queue time is known. / 按时开始的任务占 queue_known 的比例，0 到 1；排队时长均未知时为空。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_p50 IS 'Median queue time in seconds. Exact, not estimated. Percentiles of several rows can be neither added nor averaged. / 排队秒数的中位数。精确值，并非估计；多行的分位数不能相加或取平均。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_p90 IS '90th percentile of the queue time in seconds. Exact. / 排队秒数的 90 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_p95 IS '95th percentile of the queue time in seconds. Exact. / 排队秒数的 95 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_p99 IS '99th percentile of the queue time in seconds. Exact. / 排队秒数的 99 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_max IS 'Longest queue time in seconds. / 最长的排队秒数。';
COMMENT ON COLUMN reporting.slo_daily.run_target_seconds IS 'Seconds after its start within which a task should end, as configured in reporting.run_target. / 任务开始运行后应在多少秒内结束，取自配置项 reporting.run_target。';
COMMENT ON COLUMN reporting.slo_daily.run_known IS 'Number of these tasks with a known run time. / 其中运行时长已知的任务数。';
COMMENT ON COLUMN reporting.slo_daily.run_within_target IS 'Number of these tasks that ended in time. / 其中按时结束的任务数。';
COMMENT ON COLUMN reporting.slo_daily.run_within_target_rate IS 'Share of run_known that ended in time, 0 to 1; null if no run time is known. / 按时结束的任务占 run_known 的比例，0 到 1；运行时长均未知时为空。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_p50 IS 'Median run time in seconds. Exact, not estimated. Percentiles of several rows can be neither added nor averaged. / 运行秒数的中位数。精确值，并非估计；多行的分位数不能相加或取平均。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_p90 IS '90th percentile of the run time in seconds. Exact. / 运行秒数的 90 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_p95 IS '95th percentile of the run time in seconds. Exact. / 运行秒数的 95 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_p99 IS '99th percentile of the run time in seconds. Exact. / 运行秒数的 99 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_max IS 'Longest run time in seconds. / 最长的运行秒数。';
COMMENT ON COLUMN reporting.slo_daily.is_covered IS 'True if everything created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Tasks that ended on that day but were created before the coverage began may still be missing. / 当天创建的任务在所有已开始覆盖的地域中均已读取，并经之后的一次完整读取确认时为真；当天结束、但在覆盖开始之前创建的任务仍可能缺失。';
