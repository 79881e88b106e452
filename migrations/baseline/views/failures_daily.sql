-- requires: covered_sources

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
LEFT JOIN sync.covered_sources c ON c.source_id = r.source_id;

COMMENT ON VIEW reporting.failures_daily IS 'Failed tasks by day of creation and error: one row per source, task type and error code. / 按创建日期和错误统计的失败任务：每个数据源、任务类型和错误码一行。';
COMMENT ON COLUMN reporting.failures_daily.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.failures_daily.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.failures_daily.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.failures_daily.day IS 'Day of creation in the reporting time zone. / 创建日期（报表时区）。';
COMMENT ON COLUMN reporting.failures_daily.task_type IS 'Task type of the provider; unknown if it reports none. / 厂商定义的任务类型；厂商未返回时为 unknown。';
COMMENT ON COLUMN reporting.failures_daily.error_code IS 'Error code of the provider; empty if it reports none. / 厂商返回的错误码；未返回时为空字符串。';
COMMENT ON COLUMN reporting.failures_daily.tasks IS 'Number of tasks that failed with this error code. / 以该错误码失败的任务数。';
COMMENT ON COLUMN reporting.failures_daily.last_created_at IS 'Creation time of the last of these tasks. / 其中最后一个任务的创建时间。';
COMMENT ON COLUMN reporting.failures_daily.error_message IS 'Error message of the last of these tasks; null if the provider reports none. / 其中最后一个任务的错误信息；厂商未返回时为空。';
COMMENT ON COLUMN reporting.failures_daily.is_covered IS 'True if everything created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Only then is the row certainly complete. / 当天创建的任务在所有已开始覆盖的地域中均已读取，并经之后的一次完整读取确认时为真；只有此时该行才确定完整。';
