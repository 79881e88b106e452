-- requires: tasks task_versions history_reaches

-- One plain query, so that Postgres inlines it into the query around it. It reads only views, so a reader of these
-- needs no other privilege. It returns rows of a view: a column added to reporting.tasks is added here, too.
CREATE OR REPLACE FUNCTION reporting.tasks_as_of(moment timestamptz) RETURNS SETOF reporting.tasks
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        v.task_key, v.source_key, v.source, v.provider, v.account, v.site, v.region, v.task_id, v.name,
        v.task_type, v.sub_types, v.status, v.provider_status, v.is_open, v.is_lost, v.created_at,
        v.started_at, v.finished_at, v.created_day, v.finished_day, v.provider_updated_at, v.queue_seconds,
        v.run_seconds, v.progress_done, v.progress_total, v.parent_id, v.resource_id, v.error_code,
        v.error_message, v.first_seen_at, v.observed_at, v.lost_at, v.version,
        v.changed_in
    FROM reporting.task_versions v
    WHERE v.observed_at <= moment AND (v.is_current OR v.next_observed_at > moment)
        AND reporting.history_reaches(moment);
END;
COMMENT ON FUNCTION reporting.tasks_as_of IS 'The rows of reporting.tasks as known at a moment, without tasks that had not been observed by then. An error before settings.observed_since or settings.history_since. / 截至某一时刻已知的 reporting.tasks，不含当时尚未观测到的任务；早于 settings.observed_since 或 settings.history_since 时报错。';
