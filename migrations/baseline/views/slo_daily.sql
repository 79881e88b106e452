-- requires: swept_sources

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
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

COMMENT ON VIEW reporting.slo_daily IS 'How well each day went: one row for each source and day. By the day of the end, since how a task went is only known then, and a day''s numbers stay; what is still waiting or running is in open_tasks. / 每日服务水平：每个数据源每天一行。按结束日统计，因为任务的结果到那时才知道，且当天的数字不再变化；仍在等待或运行的任务见 open_tasks。';
COMMENT ON COLUMN reporting.slo_daily.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.slo_daily.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.slo_daily.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.slo_daily.day IS 'Day of the end in the reporting time zone. / 报表时区中的结束日。';
COMMENT ON COLUMN reporting.slo_daily.tasks IS 'How many tasks ended then. / 当时结束的任务数。';
COMMENT ON COLUMN reporting.slo_daily.outcome_known IS 'How many of them the provider told the outcome of: succeeded, failed or cancelled. What a failure rate is to be divided by. / 其中云厂商已告知结果（成功、失败或取消）的任务数，计算失败率时以此为分母。';
COMMENT ON COLUMN reporting.slo_daily.succeeded IS 'How many of them succeeded. / 其中成功的任务数。';
COMMENT ON COLUMN reporting.slo_daily.failed IS 'How many of them failed. / 其中失败的任务数。';
COMMENT ON COLUMN reporting.slo_daily.success_rate IS 'Share of outcome_known that succeeded, 0 to 1; null where no outcome is known. / 成功任务占 outcome_known 的比例，0 到 1；没有已知结果时为空。';
COMMENT ON COLUMN reporting.slo_daily.failure_rate IS 'Share of outcome_known that failed, 0 to 1; null where no outcome is known. What was cancelled is neither. / 失败任务占 outcome_known 的比例，0 到 1；没有已知结果时为空。已取消的任务既不算成功也不算失败。';
COMMENT ON COLUMN reporting.slo_daily.queue_target_seconds IS 'Seconds after its creation by which a task should have begun, as configured (reporting.queue_target). / 任务创建后应在多少秒内开始，来自配置 reporting.queue_target。';
COMMENT ON COLUMN reporting.slo_daily.queue_known IS 'How many of them have a known time in the queue. / 其中排队时长已知的任务数。';
COMMENT ON COLUMN reporting.slo_daily.queue_within_target IS 'How many of them began in time. / 其中按时开始的任务数。';
COMMENT ON COLUMN reporting.slo_daily.queue_within_target_rate IS 'Share of queue_known that began in time, 0 to 1; null where none is known. / 按时开始的任务占 queue_known 的比例，0 到 1；均未知时为空。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_p50 IS 'Half of them were queued for so many seconds at most. Exact, not estimated; percentiles of several rows cannot be added or averaged. / 排队秒数的中位数。精确值，不是估计；多行的分位数不能相加或平均。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_p90 IS '90 % of them were queued for so many seconds at most. Exact. / 排队秒数的 90 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_p95 IS '95 % of them were queued for so many seconds at most. Exact. / 排队秒数的 95 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_p99 IS '99 % of them were queued for so many seconds at most. Exact. / 排队秒数的 99 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.queue_seconds_max IS 'Seconds from creation to start of the one that was queued longest. / 其中排队最久的秒数。';
COMMENT ON COLUMN reporting.slo_daily.run_target_seconds IS 'Seconds after its start by which a task should have ended, as configured (reporting.run_target). / 任务开始后应在多少秒内结束，来自配置 reporting.run_target。';
COMMENT ON COLUMN reporting.slo_daily.run_known IS 'How many of them have a known time of running. / 其中运行时长已知的任务数。';
COMMENT ON COLUMN reporting.slo_daily.run_within_target IS 'How many of them ended in time. / 其中按时结束的任务数。';
COMMENT ON COLUMN reporting.slo_daily.run_within_target_rate IS 'Share of run_known that ended in time, 0 to 1; null where none is known. / 按时结束的任务占 run_known 的比例，0 到 1；均未知时为空。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_p50 IS 'Half of them ran for so many seconds at most. Exact, not estimated; percentiles of several rows cannot be added or averaged. / 运行秒数的中位数。精确值，不是估计；多行的分位数不能相加或平均。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_p90 IS '90 % of them ran for so many seconds at most. Exact. / 运行秒数的 90 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_p95 IS '95 % of them ran for so many seconds at most. Exact. / 运行秒数的 95 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_p99 IS '99 % of them ran for so many seconds at most. Exact. / 运行秒数的 99 分位数，精确值。';
COMMENT ON COLUMN reporting.slo_daily.run_seconds_max IS 'Seconds from start to end of the one that ran longest. / 其中运行最久的秒数。';
COMMENT ON COLUMN reporting.slo_daily.is_covered IS 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Tasks that ended on that day and were created before the coverage began may be missing all the same. / 所有已开始覆盖的地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；当天结束、但在覆盖开始之前创建的任务仍可能缺失。';
