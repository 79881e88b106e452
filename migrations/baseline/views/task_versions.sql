-- requires: described_versions

CREATE OR REPLACE VIEW reporting.task_versions AS
SELECT
    task_key, source_key, source, provider, account, site, region, task_id, version, name, task_type,
    sub_types, status, provider_status, is_open, is_lost, created_at, started_at, finished_at, created_day,
    finished_day, provider_updated_at, queue_seconds, run_seconds, progress_done, progress_total, parent_id,
    resource_id, error_code, error_message, changed_fields, fingerprint, first_seen_at, observed_after,
    observed_at, observed_day, next_observed_at, lost_at, is_current
FROM sync.described_versions;

COMMENT ON VIEW reporting.task_versions IS 'One row for each observed state of each task, former and current; former ones since settings.history_since. / 每个任务的每个被观测到的状态一行，包括历史状态和当前状态；历史状态自 settings.history_since 起保留。';
COMMENT ON COLUMN reporting.task_versions.task_key IS 'Identifies the task in all views. Join on this alone. / 任务在所有视图中的唯一标识，关联时只用这一列。';
COMMENT ON COLUMN reporting.task_versions.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.task_versions.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.task_versions.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.task_versions.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.task_versions.site IS 'Site of the cloud, such as cn or intl. / 云的站点，如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.task_versions.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.task_versions.task_id IS 'The provider''s id, as text: some exceed 2^53. Unique within source and region. / 云厂商的任务 ID，文本类型，因为有的超过 2^53；在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.task_versions.version IS 'Counts the task''s states from 1. / 任务状态的序号，从 1 开始。';
COMMENT ON COLUMN reporting.task_versions.name IS 'Name of the task, where it has one. / 任务名称，没有则为空。';
COMMENT ON COLUMN reporting.task_versions.task_type IS 'The provider''s kind of task. / 云厂商的任务类型。';
COMMENT ON COLUMN reporting.task_versions.sub_types IS 'The kinds of the task''s parts, separated by comma and space. / 各子任务的类型，以逗号加空格分隔。';
COMMENT ON COLUMN reporting.task_versions.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（结果未告知）、unknown 未知。';
COMMENT ON COLUMN reporting.task_versions.provider_status IS 'The provider''s own word for the status. / 云厂商自己的状态值。';
COMMENT ON COLUMN reporting.task_versions.is_open IS 'True while the task can still change; false once it ended or was lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.task_versions.is_lost IS 'True where an open task left the provider''s list before its end was seen. / 未结束的任务在看到结果之前已从云厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.task_versions.created_at IS 'When the task was created, as the provider tells. / 任务的创建时间（以云厂商为准）。';
COMMENT ON COLUMN reporting.task_versions.started_at IS 'When it began to run. / 开始运行的时间。';
COMMENT ON COLUMN reporting.task_versions.finished_at IS 'When it ended. / 结束时间。';
COMMENT ON COLUMN reporting.task_versions.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.task_versions.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.task_versions.provider_updated_at IS 'The provider''s own stamp of the last change. / 云厂商给出的最后变更时间。';
COMMENT ON COLUMN reporting.task_versions.queue_seconds IS 'Seconds from creation to start; null where unknown or negative. / 从创建到开始的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.task_versions.run_seconds IS 'Seconds from start to end; null where unknown or negative. / 从开始到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.task_versions.progress_done IS 'How many parts of the task are done. / 已完成的部分数。';
COMMENT ON COLUMN reporting.task_versions.progress_total IS 'How many parts the task has. / 任务的总部分数。';
COMMENT ON COLUMN reporting.task_versions.parent_id IS 'Id of what the task belongs to, such as a command''s invocation. / 任务所属对象的 ID，例如一次命令的执行活动。';
COMMENT ON COLUMN reporting.task_versions.resource_id IS 'Id of what the task works on, such as an instance or a media file. / 任务处理对象的 ID，例如实例或媒体文件。';
COMMENT ON COLUMN reporting.task_versions.error_code IS 'The provider''s code of the error. / 云厂商的错误码。';
COMMENT ON COLUMN reporting.task_versions.error_message IS 'The provider''s message of the error. / 云厂商的错误信息。';
COMMENT ON COLUMN reporting.task_versions.changed_fields IS 'What differs from the version before, separated by comma and space; null for the first. `record` stands for fields without a column here. / 与上一版本不同的字段，以逗号加空格分隔；第一个版本为空。`record` 表示没有对应列的字段。';
COMMENT ON COLUMN reporting.task_versions.fingerprint IS 'Equal for equal states of one task: tells two observations apart without comparing every column. / 同一任务的相同状态具有相同指纹，无需逐列比较即可区分两次观测。';
COMMENT ON COLUMN reporting.task_versions.first_seen_at IS 'When it was first seen, on the provider''s clock. / 首次看到该任务的时间（云厂商时钟）。';
COMMENT ON COLUMN reporting.task_versions.observed_after IS 'The state came about after this instant; null where it may have been so for ever. / 该状态在此时刻之后才出现；可能一直如此时为空。';
COMMENT ON COLUMN reporting.task_versions.observed_at IS 'The state was first seen then, on the provider''s clock. / 首次看到该状态的时间（云厂商时钟）。';
COMMENT ON COLUMN reporting.task_versions.observed_day IS 'Day of observed_at in the reporting time zone. / observed_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.task_versions.next_observed_at IS 'The next state was first seen then; null for the current one. / 首次看到下一个状态的时间；当前状态为空。';
COMMENT ON COLUMN reporting.task_versions.lost_at IS 'When it was found to have left the list unfinished. / 发现任务未结束就从列表消失的时间。';
COMMENT ON COLUMN reporting.task_versions.is_current IS 'True for the one version of each task that is in reporting.tasks. / 是否为 reporting.tasks 中的当前版本，每个任务只有一个。';
