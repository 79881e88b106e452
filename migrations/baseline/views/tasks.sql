-- requires: described_tasks

CREATE OR REPLACE VIEW reporting.tasks AS
SELECT
    task_key, source_key, source, provider, account, site, region, task_id, name, task_type, sub_types,
    status, provider_status, is_open, is_lost, created_at, started_at, finished_at, created_day,
    finished_day, provider_updated_at, queue_seconds, run_seconds, progress_done, progress_total, parent_id,
    resource_id, error_code, error_message, first_seen_at, changed_at, lost_at, versions
FROM sync.described_tasks;

COMMENT ON VIEW reporting.tasks IS 'One row a task: its current state, or the last one that was seen. / 每个任务一行：当前状态，或最后一次看到的状态。';
COMMENT ON COLUMN reporting.tasks.task_key IS 'Identifies the task in all views. Join on this alone. / 任务在所有视图中的唯一标识，关联时只用这一列。';
COMMENT ON COLUMN reporting.tasks.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.tasks.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.tasks.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.tasks.site IS 'Site of the cloud, such as cn or intl. / 云的站点，如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.tasks.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.tasks.task_id IS 'The provider''s id, as text: some exceed 2^53. Unique within source and region. / 云厂商的任务 ID，文本类型，因为有的超过 2^53；在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.tasks.name IS 'Name of the task, where it has one. / 任务名称，没有则为空。';
COMMENT ON COLUMN reporting.tasks.task_type IS 'The provider''s kind of task. / 云厂商的任务类型。';
COMMENT ON COLUMN reporting.tasks.sub_types IS 'The kinds of the task''s parts, separated by comma and space. / 各子任务的类型，以逗号加空格分隔。';
COMMENT ON COLUMN reporting.tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（结果未告知）、unknown 未知。';
COMMENT ON COLUMN reporting.tasks.provider_status IS 'The provider''s own word for the status. / 云厂商自己的状态值。';
COMMENT ON COLUMN reporting.tasks.is_open IS 'True while the task can still change; false once it ended or was lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.tasks.is_lost IS 'True where an open task left the provider''s list before its end was seen. / 未结束的任务在看到结果之前已从云厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.tasks.created_at IS 'When the task was created, as the provider tells. / 任务的创建时间（以云厂商为准）。';
COMMENT ON COLUMN reporting.tasks.started_at IS 'When it began to run. / 开始运行的时间。';
COMMENT ON COLUMN reporting.tasks.finished_at IS 'When it ended. / 结束时间。';
COMMENT ON COLUMN reporting.tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tasks.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tasks.provider_updated_at IS 'The provider''s own stamp of the last change. / 云厂商给出的最后变更时间。';
COMMENT ON COLUMN reporting.tasks.queue_seconds IS 'Seconds from creation to start; null where unknown or negative. / 从创建到开始的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tasks.run_seconds IS 'Seconds from start to end; null where unknown or negative. / 从开始到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tasks.progress_done IS 'How many parts of the task are done. / 已完成的部分数。';
COMMENT ON COLUMN reporting.tasks.progress_total IS 'How many parts the task has. / 任务的总部分数。';
COMMENT ON COLUMN reporting.tasks.parent_id IS 'Id of what the task belongs to, such as a command''s invocation. / 任务所属对象的 ID，例如一次命令的执行活动。';
COMMENT ON COLUMN reporting.tasks.resource_id IS 'Id of what the task works on, such as an instance or a media file. / 任务处理对象的 ID，例如实例或媒体文件。';
COMMENT ON COLUMN reporting.tasks.error_code IS 'The provider''s code of the error. / 云厂商的错误码。';
COMMENT ON COLUMN reporting.tasks.error_message IS 'The provider''s message of the error. / 云厂商的错误信息。';
COMMENT ON COLUMN reporting.tasks.first_seen_at IS 'When it was first seen, on the provider''s clock. / 首次看到该任务的时间（云厂商时钟）。';
COMMENT ON COLUMN reporting.tasks.changed_at IS 'When the current state was first seen. / 首次看到当前状态的时间。';
COMMENT ON COLUMN reporting.tasks.lost_at IS 'When it was found to have left the list unfinished. / 发现任务未结束就从列表消失的时间。';
COMMENT ON COLUMN reporting.tasks.versions IS 'How many states of the task were observed, this one included. / 观测到的状态数，包括当前状态。';
