-- requires: described_tasks

CREATE OR REPLACE VIEW reporting.tencent_mps_tasks AS
SELECT
    task_key,
    source_key,
    source,
    account,
    site,
    region,
    task_id,
    task_type,
    sub_types,
    sub_tasks,
    status,
    provider_status,
    is_open,
    is_lost,
    CASE WHEN status IN ('succeeded', 'failed', 'cancelled') THEN status END AS outcome,
    error_code,
    error_message,
    created_at,
    started_at,
    finished_at,
    created_day,
    finished_day,
    queue_seconds,
    run_seconds,
    total_seconds,
    first_seen_at,
    changed_at,
    lost_at,
    versions
FROM sync.described_tasks
WHERE provider = 'tencent_mps';

COMMENT ON VIEW reporting.tencent_mps_tasks IS 'One row for each media processing task of Tencent MPS, domestic and international. / 腾讯云媒体处理（MPS）的每个任务一行，包括国内站和国际站。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.task_key IS 'Identifies the task in all views. Join on this alone. / 任务在所有视图中的唯一标识，关联时只用这一列。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.site IS 'Site of the cloud, such as cn or intl. / 云的站点，如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.task_id IS 'The provider''s id, as text: some exceed 2^53. Unique within source and region. / 云厂商的任务 ID，文本类型，因为有的超过 2^53；在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.task_type IS 'The provider''s kind of task. / 云厂商的任务类型。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.sub_types IS 'The kinds of the task''s parts, separated by comma and space. / 各子任务的类型，以逗号加空格分隔。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.sub_tasks IS 'How many sub-tasks the list names. / 列表中给出的子任务数。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（结果未告知）、unknown 未知。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.provider_status IS 'The provider''s own word for the status. / 云厂商自己的状态值。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.is_open IS 'True while the task can still change; false once it ended or was lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.is_lost IS 'True where an open task left the provider''s list before its end was seen. / 未结束的任务在看到结果之前已从云厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.outcome IS 'How it ended; null while it is open, and where the provider did not tell. / 任务结果；未结束或云厂商未告知时为空。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.error_code IS 'The provider''s code of the error. / 云厂商的错误码。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.error_message IS 'The provider''s message of the error. / 云厂商的错误信息。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.created_at IS 'When the task was created, as the provider tells. / 任务的创建时间（以云厂商为准）。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.started_at IS 'When it began to run. / 开始运行的时间。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.finished_at IS 'When it ended. / 结束时间。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.queue_seconds IS 'Seconds from creation to start; null where unknown or negative. / 从创建到开始的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.run_seconds IS 'Seconds from start to end; null where unknown or negative. / 从开始到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.total_seconds IS 'Seconds from creation to end; null where unknown or negative. / 从创建到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.first_seen_at IS 'When it was first seen, on the provider''s clock. / 首次看到该任务的时间（云厂商时钟）。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.changed_at IS 'When the current state was first seen. / 首次看到当前状态的时间。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.lost_at IS 'When it was found to have left the list unfinished. / 发现任务未结束就从列表消失的时间。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.versions IS 'How many states of the task were observed, this one included. / 观测到的状态数，包括当前状态。';
