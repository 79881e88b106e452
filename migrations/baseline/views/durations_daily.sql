-- requires: covered_sources

CREATE OR REPLACE VIEW reporting.durations_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.task_type,
    r.measure,
    CASE WHEN r.bucket > -10000 THEN power(1.1::float8, r.bucket + 0.5::float8) ELSE 0 END AS seconds,
    r.tasks,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings),
        (r.day + 1)::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings)
    ), false) AS is_covered
FROM sync.durations_daily r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.covered_sources c ON c.source_id = r.source_id;

COMMENT ON VIEW reporting.durations_daily IS 'Distribution of the queue and run times of the tasks that ended on a day: one row per source, task type, measure and bucket of seconds. Rows of any days can be added: a percentile over many days is the first value of seconds at which the running sum of tasks reaches its share. / 当天结束的任务的排队与运行时长分布：每个数据源、任务类型、指标和时长区间一行。任意多天的行可以相加：多天的分位数，是任务数累计值首次达到相应比例时的 seconds。';
COMMENT ON COLUMN reporting.durations_daily.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.durations_daily.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.durations_daily.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.durations_daily.day IS 'Day of the end in the reporting time zone. / 结束日期（报表时区）。';
COMMENT ON COLUMN reporting.durations_daily.task_type IS 'Task type of the provider; unknown if it reports none. / 厂商定义的任务类型；厂商未返回时为 unknown。';
COMMENT ON COLUMN reporting.durations_daily.measure IS 'queue: from creation to start; run: from start to end. / queue：从创建到开始运行；run：从开始运行到结束。';
COMMENT ON COLUMN reporting.durations_daily.seconds IS 'Duration in seconds; the true duration of each task differs by 5 % at most. / 时长的秒数，与每个任务的真实秒数相差不超过 5 %。';
COMMENT ON COLUMN reporting.durations_daily.tasks IS 'Number of tasks with this duration. / 具有该时长的任务数。';
COMMENT ON COLUMN reporting.durations_daily.is_covered IS 'True if everything created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Tasks that ended on that day but were created before the coverage began may still be missing. / 当天创建的任务在所有已开始覆盖的地域中均已读取，并经之后的一次完整读取确认时为真；当天结束、但在覆盖开始之前创建的任务仍可能缺失。';
