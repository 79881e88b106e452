-- Slowest task types
SELECT
    source,
    task_type,
    count(run_seconds) AS finished,
    round(avg(run_seconds)::numeric, 1)::float8 AS mean_seconds,
    round((percentile_cont(0.95) WITHIN GROUP (ORDER BY run_seconds))::numeric, 1)::float8 AS p95_seconds
FROM reporting.tasks
WHERE run_seconds IS NOT NULL
GROUP BY source, task_type
ORDER BY p95_seconds DESC, source, task_type
LIMIT 10;
