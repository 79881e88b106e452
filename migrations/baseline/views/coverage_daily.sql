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

COMMENT ON VIEW reporting.coverage_daily IS 'Which days can be relied on: one row for each source and day of the calendar until today, also for days without a task. / 哪些日期可信：每个数据源在日历中直到今天的每一天一行，没有任务的日期也包括在内。';
COMMENT ON COLUMN reporting.coverage_daily.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.coverage_daily.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.coverage_daily.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.coverage_daily.day IS 'Day of creation in the reporting time zone. / 报表时区中的创建日。';
COMMENT ON COLUMN reporting.coverage_daily.is_read IS 'True where everything that was created on that day was read at least once, in all regions whose coverage had begun; a late task may still turn up. / 所有已开始覆盖的地域在当天创建的任务都至少读取过一次时为真；迟到的任务仍可能出现。';
COMMENT ON COLUMN reporting.coverage_daily.is_covered IS 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Never true before the day is over. / 所有已开始覆盖的地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；当天结束之前不会为真。';
