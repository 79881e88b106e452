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

COMMENT ON VIEW reporting.tencent_mps_tasks IS 'One row per media processing task of Tencent MPS, domestic and international. / 腾讯云媒体处理 MPS 的每个任务一行，包括国内站和国际站。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.task_key IS 'Key of the task in all views. Join on this column alone. / 任务的唯一键，在所有视图中一致；关联时只需使用这一列。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.site IS 'Site of the cloud, such as cn or intl. / 云厂商的站点，例如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.task_id IS 'Task id of the provider. Text, because some ids exceed 2^53. Unique within a source and region. / 厂商的任务 ID；部分 ID 超过 2^53，因此为文本类型。在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.task_type IS 'Task type of the provider. / 厂商定义的任务类型。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.sub_types IS 'Types of the subtasks, separated by comma and space. / 各子任务的类型，以逗号加空格分隔。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.sub_tasks IS 'Number of subtasks that the list names. / 列表中给出的子任务数。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not reported) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（厂商不提供结果）、unknown 未知。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.provider_status IS 'Status as reported by the provider. / 厂商返回的原始状态。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.is_open IS 'True while the task can still change; false once it has ended or is lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.is_lost IS 'True if the open task left the provider''s list before its end was observed. / 任务在观测到结束之前就从厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.outcome IS 'Outcome of the task; null while it is open, and if the provider did not report it. / 任务的结果；未结束或厂商未返回结果时为空。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.error_code IS 'Error code of the provider. / 厂商返回的错误码。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.error_message IS 'Error message of the provider. / 厂商返回的错误信息。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.created_at IS 'Creation time, as reported by the provider. / 任务的创建时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.started_at IS 'Start time, as reported by the provider. / 开始运行的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.finished_at IS 'End time, as reported by the provider. / 结束时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.queue_seconds IS 'Seconds from creation to start; null if unknown or negative. / 从创建到开始运行的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.run_seconds IS 'Seconds from start to end; null if unknown or negative. / 从开始运行到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.total_seconds IS 'Seconds from creation to end; null if unknown or negative. / 从创建到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.first_seen_at IS 'Time at which the task was first observed, on the provider''s clock. / 首次观测到该任务的时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.changed_at IS 'Time at which the current state was first observed. / 首次观测到当前状态的时间。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.lost_at IS 'Time at which the open task was found to be missing from the list. / 发现任务尚未结束就从列表中消失的时间。';
COMMENT ON COLUMN reporting.tencent_mps_tasks.versions IS 'Number of observed states of the task, including this one. / 观测到的状态数，包括当前状态。';
