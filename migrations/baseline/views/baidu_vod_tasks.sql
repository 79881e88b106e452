-- requires: described_tasks

CREATE OR REPLACE VIEW reporting.baidu_vod_tasks AS
SELECT
    task_key,
    source_key,
    source,
    account,
    site,
    region,
    task_id,
    resource_id AS media_id,
    task_type,
    status,
    provider_status,
    is_open,
    is_lost,
    error_code,
    error_message,
    created_at,
    finished_at,
    created_day,
    finished_day,
    total_seconds,
    first_seen_at,
    changed_at,
    lost_at,
    versions
FROM sync.described_tasks
WHERE provider = 'baidu_vod';

COMMENT ON VIEW reporting.baidu_vod_tasks IS 'One row for each media task of Baidu VOD. / 百度智能云音视频点播（VOD）的每个媒体任务一行。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.task_key IS 'Identifies the task in all views. Join on this alone. / 任务在所有视图中的唯一标识，关联时只用这一列。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.site IS 'Site of the cloud, such as cn or intl. / 云的站点，如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.task_id IS 'The provider''s id, as text: some exceed 2^53. Unique within source and region. / 云厂商的任务 ID，文本类型，因为有的超过 2^53；在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.media_id IS 'Id of the media file; null where the task has none. / 媒体文件 ID；没有则为空。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.task_type IS 'The provider''s kind of task. / 云厂商的任务类型。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（结果未告知）、unknown 未知。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.provider_status IS 'The provider''s own word for the status. / 云厂商自己的状态值。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.is_open IS 'True while the task can still change; false once it ended or was lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.is_lost IS 'True where an open task left the provider''s list before its end was seen. / 未结束的任务在看到结果之前已从云厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.error_code IS 'The provider''s code of the error. / 云厂商的错误码。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.error_message IS 'The provider''s message of the error. / 云厂商的错误信息。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.created_at IS 'When the task was created, as the provider tells. / 任务的创建时间（以云厂商为准）。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.finished_at IS 'When it ended. / 结束时间。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.total_seconds IS 'Seconds from creation to end; null where unknown or negative. / 从创建到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.first_seen_at IS 'When it was first seen, on the provider''s clock. / 首次看到该任务的时间（云厂商时钟）。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.changed_at IS 'When the current state was first seen. / 首次看到当前状态的时间。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.lost_at IS 'When it was found to have left the list unfinished. / 发现任务未结束就从列表消失的时间。';
COMMENT ON COLUMN reporting.baidu_vod_tasks.versions IS 'How many states of the task were observed, this one included. / 观测到的状态数，包括当前状态。';
