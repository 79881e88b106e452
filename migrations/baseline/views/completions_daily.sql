-- requires: swept_sources

CREATE OR REPLACE VIEW reporting.completions_daily AS
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
    ), false) AS is_covered
FROM sync.completions_daily r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

COMMENT ON VIEW reporting.completions_daily IS 'Ended tasks by the day of their end: one row for each source, task type and status. A task whose time of end is not known is in none. / 按结束日统计的已结束任务：每个数据源、任务类型和状态一行。结束时间未知的任务不计入。';
COMMENT ON COLUMN reporting.completions_daily.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.completions_daily.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.completions_daily.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.completions_daily.day IS 'Day of the end in the reporting time zone. / 报表时区中的结束日。';
COMMENT ON COLUMN reporting.completions_daily.task_type IS 'The provider''s kind of task; unknown where it tells none. / 云厂商的任务类型；未告知时为 unknown。';
COMMENT ON COLUMN reporting.completions_daily.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（结果未告知）、unknown 未知。';
COMMENT ON COLUMN reporting.completions_daily.tasks IS 'How many tasks ended then. / 当时结束的任务数。';
COMMENT ON COLUMN reporting.completions_daily.outcome_known IS 'How many of them the provider told the outcome of: succeeded, failed or cancelled. What a failure rate is to be divided by. / 其中云厂商已告知结果（成功、失败或取消）的任务数，计算失败率时以此为分母。';
COMMENT ON COLUMN reporting.completions_daily.succeeded IS 'How many of them succeeded. / 其中成功的任务数。';
COMMENT ON COLUMN reporting.completions_daily.failed IS 'How many of them failed. / 其中失败的任务数。';
COMMENT ON COLUMN reporting.completions_daily.queue_known IS 'How many of them have a known time in the queue. / 其中排队时长已知的任务数。';
COMMENT ON COLUMN reporting.completions_daily.queue_seconds_sum IS 'Seconds in the queue of all that have a known one. An average over any rows is the sum of these over the sum of queue_known. / 排队时长已知的任务的排队秒数之和；任意多行的平均值等于本列之和除以 queue_known 之和。';
COMMENT ON COLUMN reporting.completions_daily.queue_seconds_p50 IS 'Half of them were queued for so many seconds at most. Exact, not estimated; percentiles of several rows cannot be added or averaged. / 排队秒数的中位数。精确值，不是估计；多行的分位数不能相加或平均。';
COMMENT ON COLUMN reporting.completions_daily.queue_seconds_p90 IS '90 % of them were queued for so many seconds at most. Exact. / 排队秒数的 90 分位数，精确值。';
COMMENT ON COLUMN reporting.completions_daily.queue_seconds_p95 IS '95 % of them were queued for so many seconds at most. Exact. / 排队秒数的 95 分位数，精确值。';
COMMENT ON COLUMN reporting.completions_daily.queue_seconds_p99 IS '99 % of them were queued for so many seconds at most. Exact. / 排队秒数的 99 分位数，精确值。';
COMMENT ON COLUMN reporting.completions_daily.queue_seconds_max IS 'Seconds from creation to start of the one that was queued longest. / 其中排队最久的秒数。';
COMMENT ON COLUMN reporting.completions_daily.run_known IS 'How many of them have a known time of running. / 其中运行时长已知的任务数。';
COMMENT ON COLUMN reporting.completions_daily.run_seconds_sum IS 'Seconds of running of all that have a known one. An average over any rows is the sum of these over the sum of run_known. / 运行时长已知的任务的运行秒数之和；任意多行的平均值等于本列之和除以 run_known 之和。';
COMMENT ON COLUMN reporting.completions_daily.run_seconds_p50 IS 'Half of them ran for so many seconds at most. Exact, not estimated; percentiles of several rows cannot be added or averaged. / 运行秒数的中位数。精确值，不是估计；多行的分位数不能相加或平均。';
COMMENT ON COLUMN reporting.completions_daily.run_seconds_p90 IS '90 % of them ran for so many seconds at most. Exact. / 运行秒数的 90 分位数，精确值。';
COMMENT ON COLUMN reporting.completions_daily.run_seconds_p95 IS '95 % of them ran for so many seconds at most. Exact. / 运行秒数的 95 分位数，精确值。';
COMMENT ON COLUMN reporting.completions_daily.run_seconds_p99 IS '99 % of them ran for so many seconds at most. Exact. / 运行秒数的 99 分位数，精确值。';
COMMENT ON COLUMN reporting.completions_daily.run_seconds_max IS 'Seconds from start to end of the one that ran longest. / 其中运行最久的秒数。';
COMMENT ON COLUMN reporting.completions_daily.is_covered IS 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Tasks that ended on that day and were created before the coverage began may be missing all the same. / 所有已开始覆盖的地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；当天结束、但在覆盖开始之前创建的任务仍可能缺失。';
