-- requires: described_versions

CREATE OR REPLACE VIEW reporting.task_versions AS
SELECT
    task_key, source_key, source, provider, account, site, region, task_id, version, name, task_type,
    sub_types, status, provider_status, is_open, is_lost, created_at, started_at, finished_at, created_day,
    finished_day, provider_updated_at, queue_seconds, run_seconds, progress_done, progress_total, parent_id,
    resource_id, error_code, error_message, changed_fields, fingerprint, first_seen_at, observed_after,
    observed_at, observed_day, next_observed_at, lost_at, is_current, changed_in
FROM sync.described_versions;

COMMENT ON VIEW reporting.task_versions IS 'One row per observed state of each task, former and current; former states are kept since settings.history_since. / 任务的每个观测到的状态一行，包括历史状态和当前状态；历史状态自 settings.history_since 起保留。';
COMMENT ON COLUMN reporting.task_versions.task_key IS 'Key of the task in all views. Join on this column alone. / 任务的唯一键，在所有视图中一致；关联时只需使用这一列。';
COMMENT ON COLUMN reporting.task_versions.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.task_versions.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.task_versions.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.task_versions.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.task_versions.site IS 'Site of the cloud, such as cn or intl. / 云厂商的站点，例如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.task_versions.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.task_versions.task_id IS 'Task id of the provider. Text, because some ids exceed 2^53. Unique within a source and region. / 厂商的任务 ID；部分 ID 超过 2^53，因此为文本类型。在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.task_versions.version IS 'Number of the state; the first state of a task has 1. / 状态的序号，每个任务从 1 开始。';
COMMENT ON COLUMN reporting.task_versions.name IS 'Name of the task; null if it has none. / 任务名称；没有名称时为空。';
COMMENT ON COLUMN reporting.task_versions.task_type IS 'Task type of the provider. / 厂商定义的任务类型。';
COMMENT ON COLUMN reporting.task_versions.sub_types IS 'Types of the subtasks, separated by comma and space. / 各子任务的类型，以逗号加空格分隔。';
COMMENT ON COLUMN reporting.task_versions.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not reported) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（厂商不提供结果）、unknown 未知。';
COMMENT ON COLUMN reporting.task_versions.provider_status IS 'Status as reported by the provider. / 厂商返回的原始状态。';
COMMENT ON COLUMN reporting.task_versions.is_open IS 'True while the task can still change; false once it has ended or is lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.task_versions.is_lost IS 'True if the open task left the provider''s list before its end was observed. / 任务在观测到结束之前就从厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.task_versions.created_at IS 'Creation time, as reported by the provider. / 任务的创建时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.task_versions.started_at IS 'Start time, as reported by the provider. / 开始运行的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.task_versions.finished_at IS 'End time, as reported by the provider. / 结束时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.task_versions.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.task_versions.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.task_versions.provider_updated_at IS 'Time of the last change, as reported by the provider. / 最后一次变化的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.task_versions.queue_seconds IS 'Seconds from creation to start; null if unknown or negative. / 从创建到开始运行的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.task_versions.run_seconds IS 'Seconds from start to end; null if unknown or negative. / 从开始运行到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.task_versions.progress_done IS 'Number of completed parts of the task. / 任务中已完成的数量。';
COMMENT ON COLUMN reporting.task_versions.progress_total IS 'Number of parts of the task. / 任务包含的总数量。';
COMMENT ON COLUMN reporting.task_versions.parent_id IS 'Id of the object that the task belongs to, such as the invocation of a command. / 任务所属对象的 ID，例如命令的执行活动。';
COMMENT ON COLUMN reporting.task_versions.resource_id IS 'Id of the object that the task works on, such as an instance or a media file. / 任务所处理对象的 ID，例如实例或媒体文件。';
COMMENT ON COLUMN reporting.task_versions.error_code IS 'Error code of the provider. / 厂商返回的错误码。';
COMMENT ON COLUMN reporting.task_versions.error_message IS 'Error message of the provider. / 厂商返回的错误信息。';
COMMENT ON COLUMN reporting.task_versions.changed_fields IS 'Fields that differ from the previous version, separated by comma and space; null for the first version. `record` stands for fields without a column in this view. / 与上一版本不同的字段，以逗号加空格分隔；第一个版本为空。`record` 表示本视图中没有对应列的字段。';
COMMENT ON COLUMN reporting.task_versions.fingerprint IS 'Equal for equal states of one task, so two observations can be compared without comparing every column. / 同一任务的相同状态具有相同的指纹，无需逐列比较即可判断两次观测是否一致。';
COMMENT ON COLUMN reporting.task_versions.first_seen_at IS 'Time at which the task was first observed, on the provider''s clock. / 首次观测到该任务的时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.task_versions.observed_after IS 'The state began after this instant; null if it may always have been the state. / 该状态在此时刻之后出现；可能从一开始就是如此时为空。';
COMMENT ON COLUMN reporting.task_versions.observed_at IS 'Time at which the state was first observed, on the provider''s clock. / 首次观测到该状态的时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.task_versions.observed_day IS 'Day of observed_at in the reporting time zone. / observed_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.task_versions.next_observed_at IS 'Time at which the next state was first observed; null for the current state. / 首次观测到下一个状态的时间；当前状态为空。';
COMMENT ON COLUMN reporting.task_versions.lost_at IS 'Time at which the open task was found to be missing from the list. / 发现任务尚未结束就从列表中消失的时间。';
COMMENT ON COLUMN reporting.task_versions.is_current IS 'True for the version that reporting.tasks shows: one per task. / 是否为 reporting.tasks 所显示的版本，每个任务只有一个。';
COMMENT ON COLUMN reporting.task_versions.changed_in IS 'Id of the transaction that stored the row; a later change has a larger one. For incremental loads, with reporting.load_bound. / 写入该行的事务编号，之后的变更编号更大；与 reporting.load_bound 配合用于增量加载。';
