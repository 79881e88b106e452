-- requires: described_tasks

CREATE OR REPLACE VIEW reporting.open_tasks AS
SELECT
    task_key, source_key, source, provider, account, site, region, task_id, name, task_type, sub_types,
    status, provider_status, created_at, started_at, created_day, provider_updated_at, progress_done,
    progress_total, parent_id, resource_id, first_seen_at, changed_at, versions,
    CASE WHEN created_at <= now() THEN extract(epoch FROM now() - created_at)::float8 END AS age_seconds,
    greatest(extract(epoch FROM now() - changed_at), 0)::float8 AS unchanged_seconds,
    CASE WHEN retention IS NOT NULL AND created_at IS NOT NULL AND retired_at IS NULL THEN
        greatest(extract(epoch FROM created_at - now()) + extract(epoch FROM retention), 0)::float8
    END AS seconds_until_hidden,
    retired_at
FROM sync.described_tasks
WHERE is_open;

COMMENT ON VIEW reporting.open_tasks IS 'One row per task that can still change, with its age. Tasks of a region that is no longer configured have retired_at: their end is not observed. / 每个仍可能变化的任务一行，并附已存在的时长。所属地域不再配置的任务 retired_at 有值：其结束不会再被观测到。';
COMMENT ON COLUMN reporting.open_tasks.task_key IS 'Key of the task in all views. Join on this column alone. / 任务的唯一键，在所有视图中一致；关联时只需使用这一列。';
COMMENT ON COLUMN reporting.open_tasks.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.open_tasks.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.open_tasks.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.open_tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.open_tasks.site IS 'Site of the cloud, such as cn or intl. / 云厂商的站点，例如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.open_tasks.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.open_tasks.task_id IS 'Task id of the provider. Text, because some ids exceed 2^53. Unique within a source and region. / 厂商的任务 ID；部分 ID 超过 2^53，因此为文本类型。在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.open_tasks.name IS 'Name of the task; null if it has none. / 任务名称；没有名称时为空。';
COMMENT ON COLUMN reporting.open_tasks.task_type IS 'Task type of the provider. / 厂商定义的任务类型。';
COMMENT ON COLUMN reporting.open_tasks.sub_types IS 'Types of the subtasks, separated by comma and space. / 各子任务的类型，以逗号加空格分隔。';
COMMENT ON COLUMN reporting.open_tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not reported) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（厂商不提供结果）、unknown 未知。';
COMMENT ON COLUMN reporting.open_tasks.provider_status IS 'Status as reported by the provider. / 厂商返回的原始状态。';
COMMENT ON COLUMN reporting.open_tasks.created_at IS 'Creation time, as reported by the provider. / 任务的创建时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.open_tasks.started_at IS 'Start time, as reported by the provider. / 开始运行的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.open_tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.open_tasks.provider_updated_at IS 'Time of the last change, as reported by the provider. / 最后一次变化的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.open_tasks.progress_done IS 'Number of completed parts of the task. / 任务中已完成的数量。';
COMMENT ON COLUMN reporting.open_tasks.progress_total IS 'Number of parts of the task. / 任务包含的总数量。';
COMMENT ON COLUMN reporting.open_tasks.parent_id IS 'Id of the object that the task belongs to, such as the invocation of a command. / 任务所属对象的 ID，例如命令的执行活动。';
COMMENT ON COLUMN reporting.open_tasks.resource_id IS 'Id of the object that the task works on, such as an instance or a media file. / 任务所处理对象的 ID，例如实例或媒体文件。';
COMMENT ON COLUMN reporting.open_tasks.first_seen_at IS 'Time at which the task was first observed, on the provider''s clock. / 首次观测到该任务的时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.open_tasks.changed_at IS 'Time at which the current state was first observed. / 首次观测到当前状态的时间。';
COMMENT ON COLUMN reporting.open_tasks.versions IS 'Number of observed states of the task, including this one. / 观测到的状态数，包括当前状态。';
COMMENT ON COLUMN reporting.open_tasks.age_seconds IS 'Seconds since creation; null if the creation time is unknown or in the future. / 自创建以来的秒数；创建时间未知或在未来时为空。';
COMMENT ON COLUMN reporting.open_tasks.unchanged_seconds IS 'Seconds since the current state was first observed. / 自首次观测到当前状态以来的秒数。';
COMMENT ON COLUMN reporting.open_tasks.seconds_until_hidden IS 'Seconds until the provider''s list no longer shows the task; 0 if that time has passed; null if the retention is unknown, and if the region is no longer configured. / 距厂商列表不再显示该任务的秒数；已超过保留期时为 0；保留期未知或该地域不再配置时为空。';
COMMENT ON COLUMN reporting.open_tasks.retired_at IS 'Time since which this region of the source is no longer configured; null while it is configured. / 该数据源的此地域从此时起不再配置；仍在配置中时为空。';
