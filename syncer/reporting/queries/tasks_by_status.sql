-- Tasks by source and status
SELECT source, status, count(*) AS tasks, max(created_at) AS newest
FROM reporting.tasks
GROUP BY source, status
ORDER BY source, tasks DESC, status;
