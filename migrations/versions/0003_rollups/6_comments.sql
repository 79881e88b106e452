-- What the rollups' columns mean, in both languages; what several views share is said once.

COMMENT ON VIEW reporting.arrivals_daily IS 'Tasks by the day of their creation: one row for each source, task type and status they have now. Durations of recent days are censored: tasks that are still open have none yet, and the slow ones are among them; completions_daily has no such bias. / 按创建日统计的任务：每个数据源、任务类型和当前状态一行。近期的时长数据是删失的：仍未结束的任务还没有时长，而其中多是慢任务；completions_daily 没有这种偏差。';
COMMENT ON VIEW reporting.arrivals_hourly IS 'Tasks by the hour of their creation: one row for each source, task type and status they have now. Durations of recent hours are censored, as in arrivals_daily. / 按创建小时统计的任务：每个数据源、任务类型和当前状态一行。近期的时长数据是删失的，同 arrivals_daily。';
COMMENT ON VIEW reporting.completions_daily IS 'Ended tasks by the day of their end: one row for each source, task type and status. A task whose time of end is not known is in none. / 按结束日统计的已结束任务：每个数据源、任务类型和状态一行。结束时间未知的任务不计入。';
COMMENT ON VIEW reporting.completions_hourly IS 'Ended tasks by the hour of their end: one row for each source, task type and status. A task whose time of end is not known is in none. / 按结束小时统计的已结束任务：每个数据源、任务类型和状态一行。结束时间未知的任务不计入。';
COMMENT ON VIEW reporting.slo_daily IS 'How well each day went: one row for each source and day. By the day of the end, since how a task went is only known then, and a day''s numbers stay; what is still waiting or running is in open_tasks. / 每日服务水平：每个数据源每天一行。按结束日统计，因为任务的结果到那时才知道，且当天的数字不再变化；仍在等待或运行的任务见 open_tasks。';
COMMENT ON VIEW reporting.task_counts IS 'How many tasks there are: one row for each source, task type and status. Counted ahead, and so up to a minute old. / 任务总数：每个数据源、任务类型和状态一行。由预先统计得出，最多滞后一分钟。';

CREATE FUNCTION pg_temp.tell(views text, name text, meaning text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    view text;
BEGIN
    FOREACH view IN ARRAY string_to_array(views, ' ') LOOP
        EXECUTE format('COMMENT ON COLUMN reporting.%I.%I IS %L', view, name, meaning);
    END LOOP;
END $$;

SELECT pg_temp.tell('arrivals_daily arrivals_hourly completions_daily completions_hourly slo_daily task_counts', name, meaning) FROM (VALUES
    ('source_key', 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。'),
    ('source', 'Name of the source in the configuration. / 配置文件中数据源的名称。'),
    ('provider', 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。')
) AS t (name, meaning);

SELECT pg_temp.tell('arrivals_daily arrivals_hourly completions_daily completions_hourly task_counts', name, meaning) FROM (VALUES
    ('task_type', 'The provider''s kind of task; unknown where it tells none. / 云厂商的任务类型；未告知时为 unknown。'),
    ('status', 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（结果未告知）、unknown 未知。')
) AS t (name, meaning);

SELECT pg_temp.tell('arrivals_daily arrivals_hourly completions_daily completions_hourly slo_daily', name, meaning) FROM (VALUES
    ('outcome_known', 'How many of them the provider told the outcome of: succeeded, failed or cancelled. What a failure rate is to be divided by. / 其中云厂商已告知结果（成功、失败或取消）的任务数，计算失败率时以此为分母。'),
    ('succeeded', 'How many of them succeeded. / 其中成功的任务数。'),
    ('failed', 'How many of them failed. / 其中失败的任务数。'),
    ('queue_known', 'How many of them have a known time in the queue. / 其中排队时长已知的任务数。'),
    ('queue_seconds_p50', 'Half of them were queued for so many seconds at most. Exact, not estimated; percentiles of several rows cannot be added or averaged. / 排队秒数的中位数。精确值，不是估计；多行的分位数不能相加或平均。'),
    ('queue_seconds_p90', '90 % of them were queued for so many seconds at most. Exact. / 排队秒数的 90 分位数，精确值。'),
    ('queue_seconds_p95', '95 % of them were queued for so many seconds at most. Exact. / 排队秒数的 95 分位数，精确值。'),
    ('queue_seconds_p99', '99 % of them were queued for so many seconds at most. Exact. / 排队秒数的 99 分位数，精确值。'),
    ('queue_seconds_max', 'Seconds from creation to start of the one that was queued longest. / 其中排队最久的秒数。'),
    ('run_known', 'How many of them have a known time of running. / 其中运行时长已知的任务数。'),
    ('run_seconds_p50', 'Half of them ran for so many seconds at most. Exact, not estimated; percentiles of several rows cannot be added or averaged. / 运行秒数的中位数。精确值，不是估计；多行的分位数不能相加或平均。'),
    ('run_seconds_p90', '90 % of them ran for so many seconds at most. Exact. / 运行秒数的 90 分位数，精确值。'),
    ('run_seconds_p95', '95 % of them ran for so many seconds at most. Exact. / 运行秒数的 95 分位数，精确值。'),
    ('run_seconds_p99', '99 % of them ran for so many seconds at most. Exact. / 运行秒数的 99 分位数，精确值。'),
    ('run_seconds_max', 'Seconds from start to end of the one that ran longest. / 其中运行最久的秒数。')
) AS t (name, meaning);

SELECT pg_temp.tell('arrivals_daily arrivals_hourly completions_daily completions_hourly', name, meaning) FROM (VALUES
    ('queue_seconds_sum', 'Seconds in the queue of all that have a known one. An average over any rows is the sum of these over the sum of queue_known. / 排队时长已知的任务的排队秒数之和；任意多行的平均值等于本列之和除以 queue_known 之和。'),
    ('run_seconds_sum', 'Seconds of running of all that have a known one. An average over any rows is the sum of these over the sum of run_known. / 运行时长已知的任务的运行秒数之和；任意多行的平均值等于本列之和除以 run_known 之和。')
) AS t (name, meaning);

SELECT pg_temp.tell('arrivals_hourly completions_hourly', name, meaning) FROM (VALUES
    ('hour_at', 'The instant at which the hour begins. / 该小时开始的时刻。'),
    ('hour', 'The hour in the reporting time zone, 0 to 23. Where the clock goes back it comes twice in a day. / 报表时区中的小时，0 到 23；时钟回拨的那天会出现两次。')
) AS t (name, meaning);

SELECT pg_temp.tell('arrivals_daily arrivals_hourly', name, meaning) FROM (VALUES
    ('day', 'Day of creation in the reporting time zone. / 报表时区中的创建日。'),
    ('tasks', 'How many tasks were created then. / 当时创建的任务数。'),
    ('lost', 'How many of them left the provider''s list before their end was seen. / 其中未看到结束就从云厂商列表中消失的任务数。')
) AS t (name, meaning);

SELECT pg_temp.tell('completions_daily completions_hourly slo_daily', name, meaning) FROM (VALUES
    ('day', 'Day of the end in the reporting time zone. / 报表时区中的结束日。'),
    ('tasks', 'How many tasks ended then. / 当时结束的任务数。')
) AS t (name, meaning);

SELECT pg_temp.tell('task_counts', name, meaning) FROM (VALUES
    ('tasks', 'How many tasks there are. / 任务数。')
) AS t (name, meaning);

SELECT pg_temp.tell('arrivals_daily completions_daily slo_daily', name, meaning) FROM (VALUES
    ('is_covered', 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions of the source. Only then is the row sure to be whole. / 该数据源所有地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；只有这样本行才确定完整。')
) AS t (name, meaning);

SELECT pg_temp.tell('arrivals_hourly completions_hourly', name, meaning) FROM (VALUES
    ('is_covered', 'True where everything that was created in that hour was read, and confirmed by a later complete reading, in all regions of the source. Only then is the row sure to be whole. / 该数据源所有地域在该小时创建的任务都已读取，并由后来的完整读取确认时为真；只有这样本行才确定完整。')
) AS t (name, meaning);

SELECT pg_temp.tell('slo_daily', name, meaning) FROM (VALUES
    ('success_rate', 'Share of outcome_known that succeeded, 0 to 1; null where no outcome is known. / 成功任务占 outcome_known 的比例，0 到 1；没有已知结果时为空。'),
    ('failure_rate', 'Share of outcome_known that failed, 0 to 1; null where no outcome is known. What was cancelled is neither. / 失败任务占 outcome_known 的比例，0 到 1；没有已知结果时为空。已取消的任务既不算成功也不算失败。'),
    ('queue_target_seconds', 'Seconds after its creation by which a task should have begun, as configured (reporting.queue_target). / 任务创建后应在多少秒内开始，来自配置 reporting.queue_target。'),
    ('queue_within_target', 'How many of them began in time. / 其中按时开始的任务数。'),
    ('queue_within_target_rate', 'Share of queue_known that began in time, 0 to 1; null where none is known. / 按时开始的任务占 queue_known 的比例，0 到 1；均未知时为空。'),
    ('run_target_seconds', 'Seconds after its start by which a task should have ended, as configured (reporting.run_target). / 任务开始后应在多少秒内结束，来自配置 reporting.run_target。'),
    ('run_within_target', 'How many of them ended in time. / 其中按时结束的任务数。'),
    ('run_within_target_rate', 'Share of run_known that ended in time, 0 to 1; null where none is known. / 按时结束的任务占 run_known 的比例，0 到 1；均未知时为空。')
) AS t (name, meaning);

DROP FUNCTION pg_temp.tell;
