-- Why tasks fail
-- Failed tasks that were created in these days, by the provider's code of the error. The share is of the failed
-- tasks of the same source; the message is that of the last one.
-- days: 7
-- bar: tasks
-- spare: task_type share_rate last_created_at error_message
-- words: error_message
SELECT
    source,
    coalesce(nullif(task_type, ''), 'unknown') AS task_type,
    coalesce(nullif(error_code, ''), 'none told') AS error_code,
    count(*) AS tasks,
    count(*) / sum(count(*)::float8) OVER (PARTITION BY source) AS share_rate,
    max(created_at) AS last_created_at,
    (array_agg(error_message ORDER BY created_at DESC, task_key DESC))[1] AS error_message
FROM reporting.tasks
WHERE status = 'failed'
    AND created_at >= (current_date - (:days - 1))::timestamptz
    AND source = ANY (:sources)
GROUP BY source, 2, 3
ORDER BY source, tasks DESC, task_type, error_code;
