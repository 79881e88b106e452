-- requires: calendar covered_sources

CREATE OR REPLACE VIEW reporting.coverage_daily AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    d.day,
    coalesce(c.read @> tstzrange(d.started_at, d.ended_at), false) AS is_read,
    coalesce(c.swept @> tstzrange(d.started_at, d.ended_at), false) AS is_covered
FROM sync.sources o
JOIN reporting.calendar d ON d.started_at <= now()
LEFT JOIN sync.covered_sources c ON c.source_id = o.source_id;

COMMENT ON VIEW reporting.coverage_daily IS 'Completeness by day: one row per source and day of the calendar until today, including days without a task. / 每日完整性：每个数据源在日历中截至今天的每一天一行，包括没有任务的日期。';
COMMENT ON COLUMN reporting.coverage_daily.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.coverage_daily.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.coverage_daily.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.coverage_daily.day IS 'Day of creation in the reporting time zone. / 创建日期（报表时区）。';
COMMENT ON COLUMN reporting.coverage_daily.is_read IS 'True if everything created on that day was read at least once, in all regions whose coverage had begun. A late task may still appear. / 当天创建的任务在所有已开始覆盖的地域中均至少读取过一次时为真；延迟出现的任务仍可能被发现。';
COMMENT ON COLUMN reporting.coverage_daily.is_covered IS 'True if everything created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Never true before the day has ended. / 当天创建的任务在所有已开始覆盖的地域中均已读取，并经之后的一次完整读取确认时为真；当天结束之前不会为真。';
