CREATE OR REPLACE VIEW reporting.sources AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    o.account,
    o.site,
    o.registered_at,
    count(s.stream_id) FILTER (WHERE s.retired_at IS NULL) AS regions,
    max(s.last_run_at) AS last_run_at,
    max(s.last_sweep_at) AS last_sweep_at,
    CASE WHEN count(*) FILTER (WHERE s.retired_at IS NULL) = 0 THEN max(s.retired_at) END AS retired_at,
    CASE WHEN NOT bool_or(s.retired_at IS NULL AND s.last_run_at IS NULL)
        THEN min(s.last_run_at) FILTER (WHERE s.retired_at IS NULL) END AS oldest_run_at
FROM sync.sources o
LEFT JOIN sync.streams s ON s.source_id = o.source_id
GROUP BY o.source_id;

COMMENT ON VIEW reporting.sources IS 'One row per source that was ever configured. / 每个配置过的数据源一行。';
COMMENT ON COLUMN reporting.sources.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.sources.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.sources.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.sources.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.sources.site IS 'Site of the cloud, such as cn or intl. / 云厂商的站点，例如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.sources.registered_at IS 'Time at which this database first registered the source. / 本数据库首次登记该数据源的时间。';
COMMENT ON COLUMN reporting.sources.regions IS 'Number of regions that the configuration asks to read. / 配置中要求读取的地域数。';
COMMENT ON COLUMN reporting.sources.last_run_at IS 'Start of the last complete run in any region, on the provider''s clock. / 任一地域最近一次完整运行的开始时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.sources.last_sweep_at IS 'Start of the last complete sweep in any region, on the provider''s clock. / 任一地域最近一次完整的全量读取（sweep）的开始时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.sources.retired_at IS 'Time since which the source is no longer configured, in any region; null while it is configured. / 该数据源（所有地域）从此时起不再配置；仍在配置中时为空。';
COMMENT ON COLUMN reporting.sources.oldest_run_at IS 'Start of the last complete run in the region where it is the longest ago, on the provider''s clock; null if a region has none, or if the source is no longer configured. / 各地域最近一次完整运行的开始时间中最早的一个，以厂商时钟为准；有地域尚无完整运行，或数据源已不再配置时为空。';
