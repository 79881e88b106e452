-- Which creation times were read, and which were not.

CREATE VIEW reporting.coverage AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    s.region,
    lower(part.span) AS started_at,
    upper(part.span) AS ended_at,
    part.grade
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

CREATE VIEW reporting.coverage_gaps AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    s.region,
    lower(part.span) AS started_at,
    upper(part.span) AS ended_at,
    part.state,
    CASE WHEN part.state = 'fillable'
        THEN extract(epoch FROM lower(part.span) - h.shown_since)::float8 END AS seconds_until_lost
FROM sync.streams s
JOIN sync.sources o ON o.source_id = s.source_id
CROSS JOIN LATERAL (
    SELECT
        tstzmultirange(range_merge(s.polled + s.swept)) - (s.polled + s.swept) AS holes,
        -- In seconds, for the length of a day depends on the time zone of whoever asks.
        now() - extract(epoch FROM s.retention) * interval '1 second' AS shown_since
) h
CROSS JOIN LATERAL (
    SELECT unnest(h.holes * tstzmultirange(tstzrange(NULL, h.shown_since))) AS span, 'lost' AS state
    WHERE h.shown_since IS NOT NULL
    UNION ALL
    SELECT unnest(h.holes * tstzmultirange(tstzrange(h.shown_since, NULL))), 'fillable'
    WHERE h.shown_since IS NOT NULL
    UNION ALL
    SELECT unnest(h.holes), 'unknown'
    WHERE h.shown_since IS NULL
) part;

COMMENT ON VIEW reporting.coverage_gaps IS 'Holes in the coverage between its beginning and its end: creation times whose tasks may be missing. / 覆盖范围从头到尾之间的缺口：这些创建时间的任务可能缺失。';
COMMENT ON COLUMN reporting.coverage_gaps.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.coverage_gaps.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.coverage_gaps.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.coverage_gaps.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.coverage_gaps.started_at IS 'First instant of the hole. / 缺口的起始时刻。';
COMMENT ON COLUMN reporting.coverage_gaps.ended_at IS 'End of the hole, itself not included. / 缺口的结束时刻（不含）。';
COMMENT ON COLUMN reporting.coverage_gaps.state IS 'fillable: the provider still shows it; lost: no longer; unknown: nobody knows how long it shows. / fillable 云厂商仍可查到；lost 已查不到；unknown 保留期未知。';
COMMENT ON COLUMN reporting.coverage_gaps.seconds_until_lost IS 'Seconds until the provider begins to forget the hole; null where it is lost or nobody knows. / 距云厂商开始清除该缺口的秒数；已丢失或未知时为空。';
