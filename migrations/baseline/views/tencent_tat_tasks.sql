-- requires: described_tasks json_instant json_output json_whole json_words

CREATE OR REPLACE VIEW reporting.tencent_tat_tasks AS
SELECT
    task_key,
    source_key,
    source,
    account,
    site,
    region,
    task_id,
    parent_id AS invocation_id,
    resource_id AS instance_id,
    sync.json_words(raw -> 'CommandId') AS command_id,
    sync.json_words(raw -> 'CommandName') AS command_name,
    task_type AS command_type,
    sync.json_whole(raw -> 'CommandDocument' -> 'ContentLength') AS command_bytes,
    sync.json_words(raw -> 'CommandDocument' -> 'ContentSha256') AS command_sha256,
    sync.json_whole(raw -> 'CommandDocument' -> 'Timeout')::float8 AS timeout_seconds,
    sync.json_words(raw -> 'CommandDocument' -> 'Username') AS run_as,
    sync.json_words(raw -> 'CommandDocument' -> 'WorkingDirectory') AS working_directory,
    lower(sync.json_words(raw -> 'InvocationSource')) AS invoked_by,
    status,
    provider_status,
    is_open,
    is_lost,
    CASE WHEN NOT is_open THEN sync.json_whole(raw -> 'TaskResult' -> 'ExitCode') END AS exit_code,
    error_code,
    error_message,
    sync.json_output(raw -> 'TaskResult' -> 'Output') AS output,
    sync.json_words(raw -> 'TaskResult' -> 'Output') AS output_base64,
    sync.json_whole(raw -> 'TaskResult' -> 'Dropped') AS output_dropped_bytes,
    sync.json_words(raw -> 'TaskResult' -> 'OutputUploadCOSErrorInfo') AS output_upload_error,
    created_at,
    started_at,
    finished_at,
    created_day,
    finished_day,
    provider_updated_at,
    queue_seconds,
    run_seconds,
    sync.json_instant(raw -> 'TaskResult' -> 'ExecStartTime') AS execution_started_at,
    sync.json_instant(raw -> 'TaskResult' -> 'ExecEndTime') AS execution_finished_at,
    first_seen_at,
    changed_at,
    lost_at,
    versions
FROM sync.described_tasks
WHERE provider = 'tencent_tat';

COMMENT ON VIEW reporting.tencent_tat_tasks IS 'One row for each command on each instance (an invocation task of Tencent TAT). / 每条命令在每台实例上的执行一行（腾讯云 TAT 的执行任务）。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.task_key IS 'Identifies the task in all views. Join on this alone. / 任务在所有视图中的唯一标识，关联时只用这一列。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.site IS 'Site of the cloud, such as cn or intl. / 云的站点，如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.task_id IS 'The provider''s id, as text: some exceed 2^53. Unique within source and region. / 云厂商的任务 ID，文本类型，因为有的超过 2^53；在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.invocation_id IS 'Id of the invocation: one command sent to one or more instances. / 执行活动 ID：一条命令发往一台或多台实例。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.instance_id IS 'Id of the instance that it runs on. / 执行命令的实例 ID。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_id IS 'Id of the command; null where it was not saved as one. / 命令 ID；未保存为命令时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_name IS 'Name of the command. / 命令名称。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_type IS 'SHELL, POWERSHELL or BAT. / 命令类型：SHELL、POWERSHELL 或 BAT。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_bytes IS 'Length of the command in bytes; the command itself is not shown. / 命令内容的字节数；命令内容本身不显示。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_sha256 IS 'Hash of the command: equal where the same was run. / 命令内容的哈希值；内容相同则相同。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.timeout_seconds IS 'Seconds after which the command is stopped. / 命令超时的秒数。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.run_as IS 'User of the instance that it runs as. / 在实例上执行命令的用户。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.working_directory IS 'Folder that it runs in. / 执行命令的工作目录。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.invoked_by IS 'user, or invoker where a schedule began it. / 触发方式：user 为用户，invoker 为定时执行器。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（结果未告知）、unknown 未知。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.provider_status IS 'The provider''s own word for the status. / 云厂商自己的状态值。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.is_open IS 'True while the task can still change; false once it ended or was lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.is_lost IS 'True where an open task left the provider''s list before its end was seen. / 未结束的任务在看到结果之前已从云厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.exit_code IS 'Exit code of the command; null while it can still change. / 命令的退出码；仍可能变化时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.error_code IS 'The provider''s code of the error. / 云厂商的错误码。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.error_message IS 'The provider''s message of the error. / 云厂商的错误信息。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.output IS 'What it wrote, where outputs are stored; null where they are not, and where it is no UTF-8 text. / 命令的输出（仅在保存输出时）；未保存或不是 UTF-8 文本时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.output_base64 IS 'What it wrote, where outputs are stored, byte for byte in Base64. / 命令输出的原始字节，Base64 编码（仅在保存输出时）。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.output_dropped_bytes IS 'How many bytes of the output the provider cut off. / 云厂商截去的输出字节数。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.output_upload_error IS 'Why the output could not be uploaded to COS; null where it could, or was not meant to be. / 输出上传 COS 失败的原因；成功或无需上传时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.created_at IS 'When the task was created, as the provider tells. / 任务的创建时间（以云厂商为准）。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.started_at IS 'When it began to run. / 开始运行的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.finished_at IS 'When it ended. / 结束时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.provider_updated_at IS 'The provider''s own stamp of the last change. / 云厂商给出的最后变更时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.queue_seconds IS 'Seconds from creation to start; null where unknown or negative. / 从创建到开始的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.run_seconds IS 'Seconds from start to end; null where unknown or negative. / 从开始到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.execution_started_at IS 'When the command began, on the instance. / 命令在实例上开始执行的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.execution_finished_at IS 'When the command ended, on the instance. / 命令在实例上执行结束的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.first_seen_at IS 'When it was first seen, on the provider''s clock. / 首次看到该任务的时间（云厂商时钟）。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.changed_at IS 'When the current state was first seen. / 首次看到当前状态的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.lost_at IS 'When it was found to have left the list unfinished. / 发现任务未结束就从列表消失的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.versions IS 'How many states of the task were observed, this one included. / 观测到的状态数，包括当前状态。';
