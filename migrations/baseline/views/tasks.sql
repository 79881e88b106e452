-- requires: described_tasks

CREATE OR REPLACE VIEW reporting.tasks AS
SELECT
    task_key, source_key, source, provider, account, site, region, task_id, name, task_type, sub_types,
    status, provider_status, is_open, is_lost, created_at, started_at, finished_at, created_day,
    finished_day, provider_updated_at, queue_seconds, run_seconds, progress_done, progress_total, parent_id,
    resource_id, error_code, error_message, first_seen_at, changed_at, lost_at, versions,
    changed_in
FROM sync.described_tasks;

COMMENT ON VIEW reporting.tasks IS 'One row per task: its current state, or the last observed one. / 每个任务一行：当前状态，或最后一次观测到的状态。';
COMMENT ON COLUMN reporting.tasks.task_key IS 'Key of the task in all views. Join on this column alone. / 任务的唯一键，在所有视图中一致；关联时只需使用这一列。';
COMMENT ON COLUMN reporting.tasks.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.tasks.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.tasks.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.tasks.site IS 'Site of the cloud, such as cn or intl. / 云厂商的站点，例如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.tasks.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.tasks.task_id IS 'Task id of the provider. Text, because some ids exceed 2^53. Unique within a source and region. / 厂商的任务 ID；部分 ID 超过 2^53，因此为文本类型。在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.tasks.name IS 'Name of the task; null if it has none. / 任务名称；没有名称时为空。';
COMMENT ON COLUMN reporting.tasks.task_type IS 'Task type of the provider. / 厂商定义的任务类型。';
COMMENT ON COLUMN reporting.tasks.sub_types IS 'Types of the subtasks, separated by comma and space. / 各子任务的类型，以逗号加空格分隔。';
COMMENT ON COLUMN reporting.tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not reported) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（厂商不提供结果）、unknown 未知。';
COMMENT ON COLUMN reporting.tasks.provider_status IS 'Status as reported by the provider. / 厂商返回的原始状态。';
COMMENT ON COLUMN reporting.tasks.is_open IS 'True while the task can still change; false once it has ended or is lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.tasks.is_lost IS 'True if the open task left the provider''s list before its end was observed. / 任务在观测到结束之前就从厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.tasks.created_at IS 'Creation time, as reported by the provider. / 任务的创建时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tasks.started_at IS 'Start time, as reported by the provider. / 开始运行的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tasks.finished_at IS 'End time, as reported by the provider. / 结束时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tasks.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tasks.provider_updated_at IS 'Time of the last change, as reported by the provider. / 最后一次变化的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tasks.queue_seconds IS 'Seconds from creation to start; null if unknown or negative. / 从创建到开始运行的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tasks.run_seconds IS 'Seconds from start to end; null if unknown or negative. / 从开始运行到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tasks.progress_done IS 'Number of completed parts of the task. / 任务中已完成的数量。';
COMMENT ON COLUMN reporting.tasks.progress_total IS 'Number of parts of the task. / 任务包含的总数量。';
COMMENT ON COLUMN reporting.tasks.parent_id IS 'Id of the object that the task belongs to, such as the invocation of a command. / 任务所属对象的 ID，例如命令的执行活动。';
COMMENT ON COLUMN reporting.tasks.resource_id IS 'Id of the object that the task works on, such as an instance or a media file. / 任务所处理对象的 ID，例如实例或媒体文件。';
COMMENT ON COLUMN reporting.tasks.error_code IS 'Error code of the provider. / 厂商返回的错误码。';
COMMENT ON COLUMN reporting.tasks.error_message IS 'Error message of the provider. / 厂商返回的错误信息。';
COMMENT ON COLUMN reporting.tasks.first_seen_at IS 'Time at which the task was first observed, on the provider''s clock. / 首次观测到该任务的时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.tasks.changed_at IS 'Time at which the current state was first observed. / 首次观测到当前状态的时间。';
COMMENT ON COLUMN reporting.tasks.lost_at IS 'Time at which the open task was found to be missing from the list. / 发现任务尚未结束就从列表中消失的时间。';
COMMENT ON COLUMN reporting.tasks.versions IS 'Number of observed states of the task, including this one. / 观测到的状态数，包括当前状态。';
COMMENT ON COLUMN reporting.tasks.changed_in IS 'Id of the transaction that stored the row; a later change has a larger one. For incremental loads, with reporting.load_bound. / 写入该行的事务编号，之后的变更编号更大；与 reporting.load_bound 配合用于增量加载。';
