-- Tasks with the longest queue time
SELECT source, task_id, status, created_at, queue_seconds
FROM reporting.tasks
WHERE queue_seconds IS NOT NULL
ORDER BY queue_seconds DESC, task_key
LIMIT 10;
