-- How long tasks wait and run
-- Of the tasks created in these days that have ended, by type: the median and the time that 19 of 20 stay below,
-- in the queue (creation to start) and at work (start to end). Of tasks that still wait or run nobody knows yet.
-- days: 7
-- bar: run_seconds_p95
-- spare: run_seconds_max queue_seconds_max queue_seconds_p50 run_seconds_p50 tasks
SELECT
    source,
    coalesce(nullif(task_type, ''), 'unknown') AS task_type,
    count(*) AS tasks,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY queue_seconds) AS queue_seconds_p50,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY queue_seconds) AS queue_seconds_p95,
    max(queue_seconds) AS queue_seconds_max,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY run_seconds) AS run_seconds_p50,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY run_seconds) AS run_seconds_p95,
    max(run_seconds) AS run_seconds_max
FROM reporting.tasks
WHERE created_at >= (current_date - (:days - 1))::timestamptz
    AND source = ANY (:sources)
    AND NOT is_open
    AND NOT is_lost
    AND (queue_seconds IS NOT NULL OR run_seconds IS NOT NULL)
GROUP BY source, 2
ORDER BY run_seconds_p95 DESC NULLS LAST, queue_seconds_p95 DESC NULLS LAST, source, task_type;
