-- requires: swept_sources

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
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

COMMENT ON VIEW reporting.durations_daily IS 'How long the tasks that ended on a day had waited and worked: one row for each source, task type, measure and stretch of seconds. Made to be added up over any days: a percentile of many days is the first seconds at which the running sum of tasks reaches its share. / 某天结束的任务的排队与运行时长分布：每个数据源、任务类型、指标和时长区间一行。可跨任意天相加：多天的分位数是任务数累计值首次达到相应比例时的 seconds。';
COMMENT ON COLUMN reporting.durations_daily.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.durations_daily.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.durations_daily.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.durations_daily.day IS 'Day of the end in the reporting time zone. / 报表时区中的结束日。';
COMMENT ON COLUMN reporting.durations_daily.task_type IS 'The provider''s kind of task; unknown where it tells none. / 云厂商的任务类型；未告知时为 unknown。';
COMMENT ON COLUMN reporting.durations_daily.measure IS 'queue: from creation to start; run: from start to end. / queue 为从创建到开始，run 为从开始到结束。';
COMMENT ON COLUMN reporting.durations_daily.seconds IS 'How long it took them: no more than 5 % from the true number of seconds of each. / 所用秒数，与每个任务的真实秒数相差不超过 5 %。';
COMMENT ON COLUMN reporting.durations_daily.tasks IS 'How many tasks took that long. / 用时如此的任务数。';
COMMENT ON COLUMN reporting.durations_daily.is_covered IS 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Tasks that ended on that day and were created before the coverage began may be missing all the same. / 所有已开始覆盖的地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；当天结束、但在覆盖开始之前创建的任务仍可能缺失。';
