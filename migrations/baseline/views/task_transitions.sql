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
    -- A subquery, so that only queries of this column look it up.
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

COMMENT ON VIEW reporting.task_transitions IS 'One row per change of a task''s status; the first observation of a task is not a change. Changes before settings.history_since are removed, except for the last one of each task. / 任务状态的每次变化一行；首次观测到任务不算变化。早于 settings.history_since 的变化已删除，但保留每个任务的最后一次。';
COMMENT ON COLUMN reporting.task_transitions.task_key IS 'Key of the task in all views. Join on this column alone. / 任务的唯一键，在所有视图中一致；关联时只需使用这一列。';
COMMENT ON COLUMN reporting.task_transitions.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.task_transitions.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.task_transitions.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.task_transitions.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.task_transitions.site IS 'Site of the cloud, such as cn or intl. / 云厂商的站点，例如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.task_transitions.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.task_transitions.task_id IS 'Task id of the provider. Text, because some ids exceed 2^53. Unique within a source and region. / 厂商的任务 ID；部分 ID 超过 2^53，因此为文本类型。在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.task_transitions.task_type IS 'Task type of the provider. / 厂商定义的任务类型。';
COMMENT ON COLUMN reporting.task_transitions.version IS 'Version that began with the change, as in reporting.task_versions. / 变化后的版本，与 reporting.task_versions 一致。';
COMMENT ON COLUMN reporting.task_transitions.from_status IS 'Status before the change. / 变化前的状态。';
COMMENT ON COLUMN reporting.task_transitions.to_status IS 'Status after the change. / 变化后的状态。';
COMMENT ON COLUMN reporting.task_transitions.from_provider_status IS 'Status before the change, as reported by the provider; null if the former version is no longer kept. / 变化前厂商返回的原始状态；历史版本已删除时为空。';
COMMENT ON COLUMN reporting.task_transitions.to_provider_status IS 'Status after the change, as reported by the provider. / 变化后厂商返回的原始状态。';
COMMENT ON COLUMN reporting.task_transitions.observed_after IS 'The change happened after this instant; null if unknown. / 变化发生在此时刻之后；未知时为空。';
COMMENT ON COLUMN reporting.task_transitions.observed_at IS 'Time at which the new status was first observed, on the provider''s clock; the change happened before it. / 首次观测到新状态的时间，以厂商时钟为准；变化发生在此之前。';
COMMENT ON COLUMN reporting.task_transitions.day IS 'Day of observed_at in the reporting time zone. / observed_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.task_transitions.former_observed_at IS 'Time at which the status before the change was first observed. / 首次观测到变化前状态的时间。';
COMMENT ON COLUMN reporting.task_transitions.former_seconds IS 'Seconds in the status before the change, from its first observation to the first observation of the new status. / 处于变化前状态的秒数，从首次观测到该状态到首次观测到新状态。';
COMMENT ON COLUMN reporting.task_transitions.uncertain_seconds IS 'Seconds between observed_after and observed_at: the possible error of the time of the change. / observed_after 与 observed_at 之间的秒数，即变化时刻的误差范围。';
