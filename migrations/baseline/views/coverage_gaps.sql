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
    CASE WHEN part.state = 'fillable'
        THEN extract(epoch FROM lower(part.span) - s.shown_since)::float8 END AS seconds_until_lost
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

COMMENT ON VIEW reporting.coverage_gaps IS 'Holes in the coverage since its beginning: creation times whose tasks may be missing. What was created since the last reading is one as soon as the provider has forgotten it. / 覆盖开始以来的缺口：这些创建时间的任务可能缺失。最近一次读取之后创建、且云厂商已不再显示的时间也算缺口。';
COMMENT ON COLUMN reporting.coverage_gaps.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.coverage_gaps.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.coverage_gaps.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.coverage_gaps.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.coverage_gaps.started_at IS 'First instant of the hole. / 缺口的起始时刻。';
COMMENT ON COLUMN reporting.coverage_gaps.ended_at IS 'End of the hole, itself not included. / 缺口的结束时刻（不含）。';
COMMENT ON COLUMN reporting.coverage_gaps.state IS 'fillable: the provider still shows it; lost: no longer; unknown: nobody knows how long it shows. / fillable 云厂商仍可查到；lost 已查不到；unknown 保留期未知。';
COMMENT ON COLUMN reporting.coverage_gaps.seconds_until_lost IS 'Seconds until the provider begins to forget the hole; null where it is lost or nobody knows. / 距云厂商开始清除该缺口的秒数；已丢失或未知时为空。';
