-- Failed tasks by error code
-- Failed tasks created in these days, by the provider's error code. The share is of the source's failed tasks; the
-- message is that of the latest task.
-- days: 7
-- bar: tasks
-- optional: task_type share_rate last_created_at error_message
-- shorten: error_message
SELECT
    source,
    task_type,
    nullif(error_code, '') AS error_code,
    sum(tasks)::bigint AS tasks,
    sum(tasks)::float8 / sum(sum(tasks)::float8) OVER (PARTITION BY source) AS share_rate,
    max(last_created_at) AS last_created_at,
    (array_agg(error_message ORDER BY last_created_at DESC))[1] AS error_message
FROM reporting.failures_daily
WHERE day >= current_date - (:days - 1) AND source = ANY (:sources)
GROUP BY source, task_type, error_code
ORDER BY source, tasks DESC, task_type, error_code;
