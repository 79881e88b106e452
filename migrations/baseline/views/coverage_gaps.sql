-- requires: stream_coverage

-- A gap is also what the provider no longer shows since the last complete run.
CREATE OR REPLACE VIEW reporting.coverage_gaps AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    s.region,
    lower(part.span) AS started_at,
    upper(part.span) AS ended_at,
    part.state,
    CASE WHEN part.state = 'fillable' AND s.retired_at IS NULL
        THEN extract(epoch FROM lower(part.span) - s.shown_since)::float8 END AS seconds_until_lost,
    s.retired_at
FROM sync.stream_coverage s
JOIN sync.sources o ON o.source_id = s.source_id
CROSS JOIN LATERAL (
    SELECT tstzmultirange(tstzrange(
        lower(s.read),
        -- greatest and least ignore nulls.
        greatest(upper(s.read), CASE WHEN s.shown_since IS NOT NULL THEN least(s.shown_since, s.retired_at) END)
    )) - s.read AS holes
    WHERE NOT isempty(s.read)
) h
CROSS JOIN LATERAL (
    SELECT unnest(h.holes * tstzmultirange(tstzrange(NULL, s.shown_since))) AS span, 'lost' AS state
    WHERE s.shown_since IS NOT NULL
    UNION ALL
    SELECT unnest(h.holes * tstzmultirange(tstzrange(s.shown_since, NULL))), 'fillable'
    WHERE s.shown_since IS NOT NULL
    UNION ALL
    SELECT unnest(h.holes), 'unknown'
    WHERE s.shown_since IS NULL
) part;

COMMENT ON VIEW reporting.coverage_gaps IS 'Holes in the coverage since its beginning: creation times whose tasks may be missing. The time since the last reading becomes a hole as soon as the provider no longer shows it. / 自覆盖开始以来的缺口：这些创建时间的任务可能缺失。最近一次读取之后的时间，在厂商不再显示时也成为缺口。';
COMMENT ON COLUMN reporting.coverage_gaps.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.coverage_gaps.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.coverage_gaps.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.coverage_gaps.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.coverage_gaps.started_at IS 'First instant of the hole. / 缺口的起始时刻。';
COMMENT ON COLUMN reporting.coverage_gaps.ended_at IS 'End of the hole, exclusive. / 缺口的结束时刻（不含）。';
COMMENT ON COLUMN reporting.coverage_gaps.state IS 'fillable: the provider still shows it; lost: the provider no longer shows it; unknown: the retention is unknown. / fillable：厂商仍显示，可以补读；lost：厂商已不再显示；unknown：保留期未知。';
COMMENT ON COLUMN reporting.coverage_gaps.seconds_until_lost IS 'Seconds until the first tasks of the hole leave the provider''s list; null if they already have, if the retention is unknown, or if the region is no longer configured. / 距缺口中最早的任务从厂商列表中消失的秒数；已经消失、保留期未知或该地域不再配置时为空。';
COMMENT ON COLUMN reporting.coverage_gaps.retired_at IS 'Time since which this region of the source is no longer configured; null while it is configured. / 该数据源的此地域从此时起不再配置；仍在配置中时为空。';
