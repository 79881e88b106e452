-- requires: described_tasks json_timestamp json_base64_text json_bigint json_text

-- The content of a command is not shown, because it often holds passwords.
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
    sync.json_text(raw -> 'CommandId') AS command_id,
    sync.json_text(raw -> 'CommandName') AS command_name,
    task_type AS command_type,
    sync.json_bigint(raw -> 'CommandDocument' -> 'ContentLength') AS command_bytes,
    sync.json_text(raw -> 'CommandDocument' -> 'ContentSha256') AS command_sha256,
    sync.json_bigint(raw -> 'CommandDocument' -> 'Timeout')::float8 AS timeout_seconds,
    sync.json_text(raw -> 'CommandDocument' -> 'Username') AS run_as,
    sync.json_text(raw -> 'CommandDocument' -> 'WorkingDirectory') AS working_directory,
    lower(sync.json_text(raw -> 'InvocationSource')) AS invoked_by,
    status,
    provider_status,
    is_open,
    is_lost,
    -- A lost task is not open, but its last record is that of a running command.
    CASE WHEN NOT is_open AND NOT is_lost
        THEN sync.json_bigint(raw -> 'TaskResult' -> 'ExitCode') END AS exit_code,
    error_code,
    error_message,
    sync.json_base64_text(raw -> 'TaskResult' -> 'Output') AS output,
    sync.json_text(raw -> 'TaskResult' -> 'Output') AS output_base64,
    sync.json_bigint(raw -> 'TaskResult' -> 'Dropped') AS output_dropped_bytes,
    sync.json_text(raw -> 'TaskResult' -> 'OutputUploadCOSErrorInfo') AS output_upload_error,
    created_at,
    started_at,
    finished_at,
    created_day,
    finished_day,
    provider_updated_at,
    queue_seconds,
    run_seconds,
    sync.json_timestamp(raw -> 'TaskResult' -> 'ExecStartTime', changed_at) AS execution_started_at,
    sync.json_timestamp(raw -> 'TaskResult' -> 'ExecEndTime', changed_at) AS execution_finished_at,
    first_seen_at,
    changed_at,
    lost_at,
    versions
FROM sync.described_tasks
WHERE provider = 'tencent_tat';

COMMENT ON VIEW reporting.tencent_tat_tasks IS 'One row per command and instance: an invocation task of Tencent TAT. / 每条命令在每台实例上的执行一行，即腾讯云自动化助手 TAT 的执行任务。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.task_key IS 'Key of the task in all views. Join on this column alone. / 任务的唯一键，在所有视图中一致；关联时只需使用这一列。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.site IS 'Site of the cloud, such as cn or intl. / 云厂商的站点，例如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.task_id IS 'Task id of the provider. Text, because some ids exceed 2^53. Unique within a source and region. / 厂商的任务 ID；部分 ID 超过 2^53，因此为文本类型。在同一数据源和地域内唯一。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.invocation_id IS 'Id of the invocation: one command sent to one or more instances. / 执行活动的 ID：一条命令发往一台或多台实例。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.instance_id IS 'Id of the instance on which the command runs. / 执行命令的实例 ID。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_id IS 'Id of the command; null if it was not saved as a command. / 命令的 ID；未保存为命令时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_name IS 'Name of the command. / 命令的名称。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_type IS 'SHELL, POWERSHELL or BAT. / 命令类型：SHELL、POWERSHELL 或 BAT。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_bytes IS 'Length of the command in bytes. The command itself is not shown. / 命令内容的字节数；不显示命令内容本身。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.command_sha256 IS 'Hash of the command; equal commands have equal hashes. / 命令内容的哈希值；内容相同则哈希值相同。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.timeout_seconds IS 'Seconds after which the command is stopped. / 命令的超时秒数。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.run_as IS 'User of the instance that runs the command. / 在实例上执行命令的用户。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.working_directory IS 'Directory in which the command runs. / 执行命令的工作目录。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.invoked_by IS 'user, or invoker if a schedule started the command. / 触发方式：user 为用户，invoker 为定时执行器。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not reported) or unknown. / 统一状态：waiting 等待、running 运行、paused 暂停、succeeded 成功、failed 失败、cancelled 取消、finished 已结束（厂商不提供结果）、unknown 未知。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.provider_status IS 'Status as reported by the provider. / 厂商返回的原始状态。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.is_open IS 'True while the task can still change; false once it has ended or is lost. / 任务仍可能变化时为真；已结束或已丢失时为假。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.is_lost IS 'True if the open task left the provider''s list before its end was observed. / 任务在观测到结束之前就从厂商列表中消失时为真。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.exit_code IS 'Exit code of the command; null while it can still change, and if the task is lost. / 命令的退出码；仍可能变化时或任务已丢失时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.error_code IS 'Error code of the provider. / 厂商返回的错误码。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.error_message IS 'Error message of the provider. / 厂商返回的错误信息。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.output IS 'Output of the command, if outputs are stored; null if they are not stored, or not UTF-8 text. / 命令的输出，仅在配置为保存输出时有值；未保存或不是 UTF-8 文本时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.output_base64 IS 'Output of the command, byte for byte in Base64, if outputs are stored. / 命令输出的原始字节，Base64 编码，仅在配置为保存输出时有值。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.output_dropped_bytes IS 'Number of bytes of the output that the provider cut off. / 被厂商截断的输出字节数。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.output_upload_error IS 'Error of the upload of the output to COS; null if it succeeded or was not requested. / 输出上传至 COS 失败的原因；上传成功或无需上传时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.created_at IS 'Creation time, as reported by the provider. / 任务的创建时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.started_at IS 'Start time, as reported by the provider. / 开始运行的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.finished_at IS 'End time, as reported by the provider. / 结束时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.created_day IS 'Day of created_at in the reporting time zone. / created_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.finished_day IS 'Day of finished_at in the reporting time zone. / finished_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.provider_updated_at IS 'Time of the last change, as reported by the provider. / 最后一次变化的时间，以厂商返回的为准。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.queue_seconds IS 'Seconds from creation to start; null if unknown or negative. / 从创建到开始运行的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.run_seconds IS 'Seconds from start to end; null if unknown or negative. / 从开始运行到结束的秒数；未知或为负时为空。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.execution_started_at IS 'Start of the command on the instance. / 命令在实例上开始执行的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.execution_finished_at IS 'End of the command on the instance. / 命令在实例上执行结束的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.first_seen_at IS 'Time at which the task was first observed, on the provider''s clock. / 首次观测到该任务的时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.changed_at IS 'Time at which the current state was first observed. / 首次观测到当前状态的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.lost_at IS 'Time at which the open task was found to be missing from the list. / 发现任务尚未结束就从列表中消失的时间。';
COMMENT ON COLUMN reporting.tencent_tat_tasks.versions IS 'Number of observed states of the task, including this one. / 观测到的状态数，包括当前状态。';
