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
    max(s.last_sweep_at) AS last_sweep_at
FROM sync.sources o
LEFT JOIN sync.streams s ON s.source_id = o.source_id
GROUP BY o.source_id;

COMMENT ON VIEW reporting.sources IS 'One row for each source that was ever configured. / 每个曾经配置过的数据源一行。';
COMMENT ON COLUMN reporting.sources.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.sources.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.sources.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.sources.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.sources.site IS 'Site of the cloud, such as cn or intl. / 云的站点，如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.sources.registered_at IS 'When the source was read for the first time by this database. / 该数据源首次登记到本数据库的时间。';
COMMENT ON COLUMN reporting.sources.regions IS 'How many regions of it the configuration wants to be read. / 配置要求读取的地域数量。';
COMMENT ON COLUMN reporting.sources.last_run_at IS 'When its last complete run began, in whichever region, on the provider''s clock. / 最近一次完整读取的开始时间（任一地域，云厂商时钟）。';
COMMENT ON COLUMN reporting.sources.last_sweep_at IS 'When its last complete sweep began, in whichever region, on the provider''s clock. / 最近一次完整清扫（sweep）的开始时间（任一地域，云厂商时钟）。';
