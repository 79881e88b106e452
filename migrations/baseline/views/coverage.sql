-- With the lists that are not read any more told apart.
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

COMMENT ON VIEW reporting.coverage IS 'Intervals of creation time whose tasks were read. What no interval holds was not read, or not yet. / 已读取的创建时间区间；不在任何区间内的时间没有读取，或尚未读取。';
COMMENT ON COLUMN reporting.coverage.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.coverage.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.coverage.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.coverage.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.coverage.started_at IS 'First instant of the interval. / 区间的起始时刻。';
COMMENT ON COLUMN reporting.coverage.ended_at IS 'End of the interval, itself not included. / 区间的结束时刻（不含）。';
COMMENT ON COLUMN reporting.coverage.grade IS 'swept: confirmed by a later complete reading; polled: read once, a late task may still turn up. / swept 已被后来的完整读取确认；polled 只读过一次，迟到的任务仍可能出现。';
COMMENT ON COLUMN reporting.coverage.retired_at IS 'Since when the configuration does not want this region of the source to be read; null while it does. / 自何时起配置不再要求读取该数据源的这一地域；仍在读取时为空。';
