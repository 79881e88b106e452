-- One row for each state a task was seen in, the current one included.

CREATE VIEW reporting.task_versions AS
SELECT
    v.task_key,
    o.name AS source,
    o.provider,
    o.account,
    o.site,
    s.region,
    v.task_id,
    v.version::bigint AS version,
    v.name,
    v.task_type,
    v.status,
    v.provider_status,
    v.started_at,
    v.finished_at,
    v.updated_at AS provider_updated_at,
    v.progress_done,
    v.progress_total,
    v.resource_id,
    v.error_code,
    v.error_message,
    array_to_string(v.changed_fields, ', ') AS changed_fields,
    md5(concat_ws('|', encode(v.fingerprint, 'hex'), v.status, v.lost_at IS NOT NULL, v.detail)) AS fingerprint,
    v.observed_after,
    v.observed_at,
    v.is_current
FROM (
    SELECT
        stream_id, task_id, task_key, version, name, task_type, status, provider_status, started_at, finished_at,
        updated_at, progress_done, progress_total, resource_id, error_code, error_message, changed_fields,
        fingerprint, detail, lost_at, observed_after, observed_at, false AS is_current
    FROM sync.task_versions
    UNION ALL
    SELECT
        stream_id, task_id, task_key, version, name, task_type, status, provider_status, started_at, finished_at,
        updated_at, progress_done, progress_total, resource_id, error_code, error_message, changed_fields,
        fingerprint, detail, lost_at, observed_after, observed_at, true
    FROM sync.tasks
) v
JOIN sync.streams s ON s.stream_id = v.stream_id
JOIN sync.sources o ON o.source_id = s.source_id;

COMMENT ON VIEW reporting.task_versions IS 'One row for each observed state of each task, former and current.';
COMMENT ON COLUMN reporting.task_versions.task_key IS 'Identifies the task in all views. Join on this alone.';
COMMENT ON COLUMN reporting.task_versions.source IS 'Name of the source in the configuration.';
COMMENT ON COLUMN reporting.task_versions.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod.';
COMMENT ON COLUMN reporting.task_versions.account IS 'Cloud account of the source.';
COMMENT ON COLUMN reporting.task_versions.site IS 'Site of the cloud, such as cn or intl.';
COMMENT ON COLUMN reporting.task_versions.region IS 'Region of the cloud; global where the provider has none.';
COMMENT ON COLUMN reporting.task_versions.task_id IS 'The provider''s id, as text: some exceed 2^53.';
COMMENT ON COLUMN reporting.task_versions.version IS 'Counts the task''s states from 1.';
COMMENT ON COLUMN reporting.task_versions.name IS 'Name of the task, where it has one.';
COMMENT ON COLUMN reporting.task_versions.task_type IS 'The provider''s kind of task.';
COMMENT ON COLUMN reporting.task_versions.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown.';
COMMENT ON COLUMN reporting.task_versions.provider_status IS 'The provider''s own word for the status.';
COMMENT ON COLUMN reporting.task_versions.started_at IS 'When it began to run.';
COMMENT ON COLUMN reporting.task_versions.finished_at IS 'When it ended.';
COMMENT ON COLUMN reporting.task_versions.provider_updated_at IS 'The provider''s own stamp of the last change.';
COMMENT ON COLUMN reporting.task_versions.progress_done IS 'How many parts of the task are done.';
COMMENT ON COLUMN reporting.task_versions.progress_total IS 'How many parts the task has.';
COMMENT ON COLUMN reporting.task_versions.resource_id IS 'Id of what the task works on, such as an instance or a media file.';
COMMENT ON COLUMN reporting.task_versions.error_code IS 'The provider''s code of the error.';
COMMENT ON COLUMN reporting.task_versions.error_message IS 'The provider''s message of the error.';
COMMENT ON COLUMN reporting.task_versions.changed_fields IS 'What differs from the version before, separated by comma and space; null for the first. `record` stands for fields without a column here.';
COMMENT ON COLUMN reporting.task_versions.fingerprint IS 'Equal for equal states of one task: tells two observations apart without comparing every column.';
COMMENT ON COLUMN reporting.task_versions.observed_after IS 'The state came about after this instant; null where it may have been so for ever.';
COMMENT ON COLUMN reporting.task_versions.observed_at IS 'The state was first seen then, on the provider''s clock.';
COMMENT ON COLUMN reporting.task_versions.is_current IS 'True for the one version of each task that is in reporting.tasks.';
