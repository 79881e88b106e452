CREATE OR REPLACE VIEW reporting.coverage AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    s.region,
    lower(part.span) AS started_at,
    upper(part.span) AS ended_at,
    part.grade,
    s.retired_at
FROM sync.streams s
JOIN sync.sources o ON o.source_id = s.source_id
CROSS JOIN LATERAL (
    SELECT unnest(s.swept) AS span, 'swept' AS grade
    UNION ALL
    SELECT unnest(s.polled - s.swept), 'polled'
) part;

COMMENT ON VIEW reporting.coverage IS 'Intervals of creation time whose tasks were read. A time in no interval was not read, or not yet. / 任务已读取的创建时间区间；不在任何区间内的时间没有读取，或尚未读取。';
COMMENT ON COLUMN reporting.coverage.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.coverage.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.coverage.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.coverage.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.coverage.started_at IS 'First instant of the interval. / 区间的起始时刻。';
COMMENT ON COLUMN reporting.coverage.ended_at IS 'End of the interval, exclusive. / 区间的结束时刻（不含）。';
COMMENT ON COLUMN reporting.coverage.grade IS 'swept: confirmed by a later complete reading; polled: read once, so a late task may still appear. / swept：经之后的一次完整读取确认；polled：只读取过一次，延迟出现的任务仍可能被发现。';
COMMENT ON COLUMN reporting.coverage.retired_at IS 'Time since which this region of the source is no longer configured; null while it is configured. / 该数据源的此地域从此时起不再配置；仍在配置中时为空。';
