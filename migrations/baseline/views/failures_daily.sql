-- requires: swept_sources

CREATE OR REPLACE VIEW reporting.failures_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.task_type,
    r.error_code,
    r.tasks,
    r.last_created_at,
    r.error_message,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings),
        (r.day + 1)::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings)
    ), false) AS is_covered
FROM sync.failures_daily r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

COMMENT ON VIEW reporting.failures_daily IS 'Failed tasks by the day of their creation and by what they failed of: one row for each source, task type and error code. / 按创建日和失败原因统计的失败任务：每个数据源、任务类型和错误码一行。';
COMMENT ON COLUMN reporting.failures_daily.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.failures_daily.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.failures_daily.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.failures_daily.day IS 'Day of creation in the reporting time zone. / 报表时区中的创建日。';
COMMENT ON COLUMN reporting.failures_daily.task_type IS 'The provider''s kind of task; unknown where it tells none. / 云厂商的任务类型；未告知时为 unknown。';
COMMENT ON COLUMN reporting.failures_daily.error_code IS 'The provider''s code of the error; empty where it told none. / 云厂商的错误码；未告知时为空字符串。';
COMMENT ON COLUMN reporting.failures_daily.tasks IS 'How many tasks failed of it. / 因此失败的任务数。';
COMMENT ON COLUMN reporting.failures_daily.last_created_at IS 'When the last of them was created. / 其中最后一个任务的创建时间。';
COMMENT ON COLUMN reporting.failures_daily.error_message IS 'What the provider said of the last of them; null where it said nothing. / 云厂商对其中最后一个任务给出的错误信息；没有时为空。';
COMMENT ON COLUMN reporting.failures_daily.is_covered IS 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Only then is the row sure to be whole. / 所有已开始覆盖的地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；只有这样本行才确定完整。';
