-- requires: described_tasks json_text

CREATE OR REPLACE VIEW reporting.alibaba_aiccs_tasks AS
SELECT
    task_key,
    source_key,
    source,
    account,
    site,
    region,
    task_id,
    name,
    resource_id AS robot_id,
    sync.json_text(raw -> 'RobotName') AS robot_name,
    status,
    provider_status,
    is_open,
    is_lost,
    progress_total AS calls_total,
    progress_done AS calls_complete,
    CASE WHEN progress_total > 0 AND progress_done >= 0 THEN progress_done::float8 / progress_total END AS completion_rate,
    created_at,
    started_at,
    created_day,
    queue_seconds,
    first_seen_at,
    changed_at,
    lost_at,
    versions
FROM sync.described_tasks
WHERE provider = 'alibaba_aiccs';

COMMENT ON VIEW reporting.alibaba_aiccs_tasks IS 'One row per robot call campaign of Alibaba Cloud aiccs. / 阿里云智能联络中心 aiccs 的每个机器人外呼任务一行。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.task_key IS 'Key of the task in all views. Join on this column alone. / 任务的唯一键，在所有视图中一致；关联时只需使用这一列。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.site IS 'Site of the cloud, such as cn or intl. / 云厂商的站点，例如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.task_id IS 'Task id of the provider. Text, because some ids exceed 2^53. Unique within a source and region. / 厂商的任务 ID；部分 ID 超过 2^53，因此为文本类型。在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.name IS 'Name of the task; null if it has none. / 任务名称；没有名称时为空。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.robot_id IS 'Id of the calling robot, as text. / 外呼机器人的 ID，文本类型。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.robot_name IS 'Name of the calling robot. / 外呼机器人的名称。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not reported) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（厂商不提供结果）、unknown 未知。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.provider_status IS 'Status as reported by the provider. / 厂商返回的原始状态。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.is_open IS 'True while the task can still change; false once it has ended or is lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.is_lost IS 'True if the open task left the provider''s list before its end was observed. / 任务在观测到结束之前就从厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.calls_total IS 'Number of calls of the campaign; it can grow. / 任务的呼叫总数，可能增加。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.calls_complete IS 'Number of completed calls. / 已完成的呼叫数。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.completion_rate IS 'Share of the calls that are complete, 0 to 1; null if there are none. / 已完成的呼叫占呼叫总数的比例，0 到 1；没有呼叫时为空。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.created_at IS 'Creation time, as reported by the provider. / 任务的创建时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.started_at IS 'Start time, as reported by the provider. / 开始运行的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.queue_seconds IS 'Seconds from creation to start; null if unknown or negative. / 从创建到开始运行的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.first_seen_at IS 'Time at which the task was first observed, on the provider''s clock. / 首次观测到该任务的时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.changed_at IS 'Time at which the current state was first observed. / 首次观测到当前状态的时间。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.lost_at IS 'Time at which the open task was found to be missing from the list. / 发现任务尚未结束就从列表中消失的时间。';
COMMENT ON COLUMN reporting.alibaba_aiccs_tasks.versions IS 'Number of observed states of the task, including this one. / 观测到的状态数，包括当前状态。';
