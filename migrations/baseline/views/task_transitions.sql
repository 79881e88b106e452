CREATE OR REPLACE VIEW reporting.task_transitions AS
SELECT
    v.task_key,
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    o.account,
    o.site,
    s.region,
    t.task_id,
    v.task_type,
    v.version::bigint AS version,
    v.former_status AS from_status,
    v.status AS to_status,
    -- Looked up for those who ask for it alone.
    (
        SELECT f.provider_status FROM sync.task_versions f
        WHERE f.task_key = v.task_key AND f.version = v.version - 1
    ) AS from_provider_status,
    v.provider_status AS to_provider_status,
    v.observed_after,
    v.observed_at,
    (v.observed_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS day,
    v.former_seen_at AS former_observed_at,
    extract(epoch FROM v.observed_at - v.former_seen_at)::float8 AS former_seconds,
    extract(epoch FROM v.observed_at - v.observed_after)::float8 AS uncertain_seconds
FROM (
    SELECT
        stream_id, task_key, version, task_type, status, provider_status, observed_after, observed_at,
        former_status, former_seen_at
    FROM sync.task_versions
    UNION ALL
    SELECT
        stream_id, task_key, version, task_type, status, provider_status, observed_after, observed_at,
        former_status, former_seen_at
    FROM sync.tasks
) v
JOIN sync.streams s ON s.stream_id = v.stream_id
JOIN sync.sources o ON o.source_id = s.source_id
LEFT JOIN sync.tasks t ON t.task_key = v.task_key AND t.stream_id = v.stream_id
WHERE v.former_status <> v.status;

COMMENT ON VIEW reporting.task_transitions IS 'One row for each change of a task''s status; being seen for the first time is none. Those before settings.history_since are gone, but for the last of each task. / 任务状态的每次转换一行；首次看到任务不算转换。早于 settings.history_since 的转换已删除，每个任务的最后一次除外。';
COMMENT ON COLUMN reporting.task_transitions.task_key IS 'Identifies the task in all views. Join on this alone. / 任务在所有视图中的唯一标识，关联时只用这一列。';
COMMENT ON COLUMN reporting.task_transitions.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.task_transitions.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.task_transitions.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.task_transitions.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.task_transitions.site IS 'Site of the cloud, such as cn or intl. / 云的站点，如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.task_transitions.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.task_transitions.task_id IS 'The provider''s id, as text: some exceed 2^53. Unique within source and region. / 云厂商的任务 ID，文本类型，因为有的超过 2^53；在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.task_transitions.task_type IS 'The provider''s kind of task. / 云厂商的任务类型。';
COMMENT ON COLUMN reporting.task_transitions.version IS 'The version that the task entered by it, as in reporting.task_versions. / 转换后进入的版本，与 reporting.task_versions 中相同。';
COMMENT ON COLUMN reporting.task_transitions.from_status IS 'The status before. / 转换前的状态。';
COMMENT ON COLUMN reporting.task_transitions.to_status IS 'The status after. / 转换后的状态。';
COMMENT ON COLUMN reporting.task_transitions.from_provider_status IS 'The provider''s own word for the status before; null where the former version is no longer kept. / 转换前云厂商自己的状态值；历史版本已清除时为空。';
COMMENT ON COLUMN reporting.task_transitions.to_provider_status IS 'The provider''s own word for the status after. / 转换后云厂商自己的状态值。';
COMMENT ON COLUMN reporting.task_transitions.observed_after IS 'It happened after this instant; null where nobody knows. / 转换发生在此时刻之后；未知时为空。';
COMMENT ON COLUMN reporting.task_transitions.observed_at IS 'It happened before this instant, when the new status was first seen, on the provider''s clock. / 转换发生在此时刻之前，即首次看到新状态的时间（云厂商时钟）。';
COMMENT ON COLUMN reporting.task_transitions.day IS 'Day of observed_at in the reporting time zone. / observed_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.task_transitions.former_observed_at IS 'When the status before was first seen. / 首次看到转换前状态的时间。';
COMMENT ON COLUMN reporting.task_transitions.former_seconds IS 'Seconds in the status before, from its first sight to that of the next. / 处于转换前状态的秒数，从首次看到它到首次看到下一个状态。';
COMMENT ON COLUMN reporting.task_transitions.uncertain_seconds IS 'Seconds between observed_after and observed_at: how far off the instant can be. / observed_after 与 observed_at 之间的秒数，即发生时刻的误差范围。';
