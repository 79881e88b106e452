-- Tasks by source and status
SELECT
    source,
    CASE WHEN is_lost THEN 'lost' ELSE status END AS status,
    count(*) AS tasks,
    max(created_at) AS newest
FROM reporting.tasks
GROUP BY 1, 2
ORDER BY source, tasks DESC, status;
