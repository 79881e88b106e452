-- Whoever asks for a moment before the history begins is told so, instead of getting fewer tasks than there were.

ALTER TABLE sync.settings ADD COLUMN history_since timestamptz;

CREATE OR REPLACE FUNCTION sync.drop_partitions(replaced_before timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
    since constant timestamptz := date_trunc('month', replaced_before);
    part text;
    dropped integer := 0;
    deleted integer;
BEGIN
    FOR part IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'sync_history'::regnamespace AND relname ~ '^task_versions_\d{4}_\d{2}$'
            AND to_date(right(relname, 7), 'YYYY_MM') + interval '1 month' <= replaced_before
        ORDER BY relname
    LOOP
        EXECUTE format('DROP TABLE sync_history.%I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM sync_history.task_versions_default WHERE replaced_at < since;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF dropped + deleted > 0 THEN
        UPDATE sync.settings SET history_since = greatest(history_since, since);
    END IF;
    RETURN dropped;
END $$;

CREATE VIEW reporting.settings AS
SELECT
    time_zone,
    extract(epoch FROM queue_target)::float8 AS queue_target_seconds,
    extract(epoch FROM run_target)::float8 AS run_target_seconds,
    history_since
FROM sync.settings;

COMMENT ON VIEW reporting.settings IS 'One row: what the configuration says of all reports. / 仅一行：配置中适用于所有报表的设置。';
COMMENT ON COLUMN reporting.settings.time_zone IS 'The reporting time zone: that of every column called day, hour or …_day. / 报表时区：所有名为 day、hour 或以 _day 结尾的列均按此时区。';
COMMENT ON COLUMN reporting.settings.queue_target_seconds IS 'Seconds within which a task should begin, as slo_daily counts. / 任务应在多少秒内开始，slo_daily 按此统计。';
COMMENT ON COLUMN reporting.settings.run_target_seconds IS 'Seconds within which a task that has begun should end, as slo_daily counts. / 任务开始后应在多少秒内结束，slo_daily 按此统计。';
COMMENT ON COLUMN reporting.settings.history_since IS 'Former states that were replaced before this instant are gone, for the configuration wants no more of them; null where nothing was ever removed. / 在此时刻之前被替换的历史状态已按配置删除；从未删除时为空。';

CREATE FUNCTION reporting.history_reaches(moment timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    since constant timestamptz := (SELECT history_since FROM reporting.settings);
BEGIN
    IF moment < since THEN
        RAISE EXCEPTION 'nobody knows any more what was known at %: the history begins at %', moment, since
            USING ERRCODE = 'no_data_found', HINT = 'Ask for a later moment. `history.keep` in the configuration says what is kept.';
    END IF;
    RETURN true;
END $$;
COMMENT ON FUNCTION reporting.history_reaches IS 'True where the history tells what was known at a moment; else an error that says since when it does. / 历史数据可说明该时刻所知的内容时为真，否则报错并说明历史从何时开始。';

CREATE OR REPLACE FUNCTION reporting.tasks_as_of(moment timestamptz) RETURNS SETOF reporting.tasks
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        v.task_key, v.source_key, v.source, v.provider, v.account, v.site, v.region, v.task_id, v.name,
        v.task_type, v.sub_types, v.status, v.provider_status, v.is_open, v.is_lost, v.created_at,
        v.started_at, v.finished_at, v.created_day, v.finished_day, v.provider_updated_at, v.queue_seconds,
        v.run_seconds, v.progress_done, v.progress_total, v.parent_id, v.resource_id, v.error_code,
        v.error_message, v.first_seen_at, v.observed_at, v.lost_at, v.version
    FROM reporting.task_versions v
    WHERE v.observed_at <= moment AND (v.is_current OR v.next_observed_at > moment)
        AND reporting.history_reaches(moment);
END;
COMMENT ON FUNCTION reporting.tasks_as_of IS 'The rows of reporting.tasks as they were known at a moment: tasks not seen by then are absent. An error before settings.history_since. / 某一时刻所知的 reporting.tasks：当时尚未看到的任务不在其中；早于 settings.history_since 时报错。';
COMMENT ON VIEW reporting.task_versions IS 'One row for each observed state of each task, former and current; former ones since settings.history_since. / 每个任务的每个被观测到的状态一行，包括历史状态和当前状态；历史状态自 settings.history_since 起保留。';
COMMENT ON VIEW reporting.task_transitions IS 'One row for each change of a task''s status; being seen for the first time is none. Those before settings.history_since are gone, but for the last of each task. / 任务状态的每次转换一行；首次看到任务不算转换。早于 settings.history_since 的转换已删除，每个任务的最后一次除外。';
