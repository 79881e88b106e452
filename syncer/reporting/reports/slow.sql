-- Queue time and run time by task type
-- Tasks that ended in these days: median and 95th percentile of the queue time (creation to start) and of the run
-- time (start to end), each within 5 %, and the exact maximum. Aiccs does not state when a task ended.
-- days: 7
-- bar: run_seconds_p95
-- optional: run_seconds_max queue_seconds_max queue_seconds_p50 run_seconds_p50 tasks
SELECT
    source,
    task_type,
    tasks,
    queue_seconds_p50,
    queue_seconds_p95,
    queue_seconds_max,
    run_seconds_p50,
    run_seconds_p95,
    run_seconds_max
FROM (
    SELECT
        source,
        task_type,
        max(total) AS tasks,
        min(seconds) FILTER (WHERE measure = 'queue' AND reached >= 0.5 * total) AS queue_seconds_p50,
        min(seconds) FILTER (WHERE measure = 'queue' AND reached >= 0.95 * total) AS queue_seconds_p95,
        min(seconds) FILTER (WHERE measure = 'run' AND reached >= 0.5 * total) AS run_seconds_p50,
        min(seconds) FILTER (WHERE measure = 'run' AND reached >= 0.95 * total) AS run_seconds_p95
    FROM (
        SELECT
            source,
            task_type,
            measure,
            seconds,
            (sum(sum(tasks)) OVER (PARTITION BY source, task_type, measure ORDER BY seconds))::bigint AS reached,
            (sum(sum(tasks)) OVER (PARTITION BY source, task_type, measure))::bigint AS total
        FROM reporting.durations_daily
        WHERE day >= current_date - (:days - 1) AND source = ANY (:sources)
        GROUP BY source, task_type, measure, seconds
    ) cumulative
    GROUP BY source, task_type
) percentiles
JOIN (
    SELECT
        source,
        task_type,
        max(queue_seconds_max) AS queue_seconds_max,
        max(run_seconds_max) AS run_seconds_max
    FROM reporting.completions_daily
    WHERE day >= current_date - (:days - 1) AND source = ANY (:sources)
    GROUP BY source, task_type
) longest USING (source, task_type)
ORDER BY run_seconds_p95 DESC NULLS LAST, queue_seconds_p95 DESC NULLS LAST, source, task_type;
