-- One row a task, as it was last seen.

CREATE SCHEMA IF NOT EXISTS reporting;
COMMENT ON SCHEMA reporting IS 'What analysts read: stable views over every task that syncer has seen.';

CREATE VIEW reporting.tasks AS
SELECT
    t.task_key,
    o.name AS source,
    o.provider,
    o.account,
    o.site,
    s.region,
    t.task_id,
    t.name,
    t.task_type,
    array_to_string(t.sub_types, ', ') AS sub_types,
    t.status,
    t.provider_status,
    t.status IN ('waiting', 'running', 'paused', 'unknown') AND t.lost_at IS NULL AS is_open,
    t.lost_at IS NOT NULL AS is_lost,
    t.created_at,
    t.started_at,
    t.finished_at,
    (t.created_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS created_day,
    (t.finished_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS finished_day,
    t.updated_at AS provider_updated_at,
    CASE WHEN t.started_at >= t.created_at
        THEN extract(epoch FROM t.started_at - t.created_at)::float8 END AS queue_seconds,
    CASE WHEN t.finished_at >= t.started_at
        THEN extract(epoch FROM t.finished_at - t.started_at)::float8 END AS run_seconds,
    t.progress_done,
    t.progress_total,
    t.parent_id,
    t.resource_id,
    t.error_code,
    t.error_message,
    t.first_seen_at,
    t.changed_at,
    t.lost_at,
    t.version::bigint AS versions
FROM sync.tasks t
JOIN sync.streams s ON s.stream_id = t.stream_id
JOIN sync.sources o ON o.source_id = s.source_id;

COMMENT ON VIEW reporting.tasks IS 'One row a task: its current state, or the last one that was seen.';
COMMENT ON COLUMN reporting.tasks.task_key IS 'Identifies the task in all views. Join on this alone.';
COMMENT ON COLUMN reporting.tasks.source IS 'Name of the source in the configuration.';
COMMENT ON COLUMN reporting.tasks.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod.';
COMMENT ON COLUMN reporting.tasks.account IS 'Cloud account of the source.';
COMMENT ON COLUMN reporting.tasks.site IS 'Site of the cloud, such as cn or intl.';
COMMENT ON COLUMN reporting.tasks.region IS 'Region of the cloud; global where the provider has none.';
COMMENT ON COLUMN reporting.tasks.task_id IS 'The provider''s id, as text: some exceed 2^53. Unique within source and region.';
COMMENT ON COLUMN reporting.tasks.name IS 'Name of the task, where it has one.';
COMMENT ON COLUMN reporting.tasks.task_type IS 'The provider''s kind of task.';
COMMENT ON COLUMN reporting.tasks.sub_types IS 'The kinds of the task''s parts, separated by comma and space.';
COMMENT ON COLUMN reporting.tasks.status IS 'waiting, running, paused, succeeded, failed, cancelled, finished (outcome not told) or unknown.';
COMMENT ON COLUMN reporting.tasks.provider_status IS 'The provider''s own word for the status.';
COMMENT ON COLUMN reporting.tasks.is_open IS 'True while the task can still change; false once it ended or was lost.';
COMMENT ON COLUMN reporting.tasks.is_lost IS 'True where an open task left the provider''s list before its end was seen.';
COMMENT ON COLUMN reporting.tasks.created_at IS 'When the task was created, as the provider tells.';
COMMENT ON COLUMN reporting.tasks.started_at IS 'When it began to run.';
COMMENT ON COLUMN reporting.tasks.finished_at IS 'When it ended.';
COMMENT ON COLUMN reporting.tasks.created_day IS 'Day of created_at in the reporting time zone.';
COMMENT ON COLUMN reporting.tasks.finished_day IS 'Day of finished_at in the reporting time zone.';
COMMENT ON COLUMN reporting.tasks.provider_updated_at IS 'The provider''s own stamp of the last change.';
COMMENT ON COLUMN reporting.tasks.queue_seconds IS 'Seconds from creation to start; null where unknown or negative.';
COMMENT ON COLUMN reporting.tasks.run_seconds IS 'Seconds from start to end; null where unknown or negative.';
COMMENT ON COLUMN reporting.tasks.progress_done IS 'How many parts of the task are done.';
COMMENT ON COLUMN reporting.tasks.progress_total IS 'How many parts the task has.';
COMMENT ON COLUMN reporting.tasks.parent_id IS 'Id of what the task belongs to, such as a command''s invocation.';
COMMENT ON COLUMN reporting.tasks.resource_id IS 'Id of what the task works on, such as an instance or a media file.';
COMMENT ON COLUMN reporting.tasks.error_code IS 'The provider''s code of the error.';
COMMENT ON COLUMN reporting.tasks.error_message IS 'The provider''s message of the error.';
COMMENT ON COLUMN reporting.tasks.first_seen_at IS 'When it was first seen, on the provider''s clock.';
COMMENT ON COLUMN reporting.tasks.changed_at IS 'When the current state was first seen.';
COMMENT ON COLUMN reporting.tasks.lost_at IS 'When it was found to have left the list unfinished.';
COMMENT ON COLUMN reporting.tasks.versions IS 'How many states of the task were observed, this one included.';
