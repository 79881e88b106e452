-- Tasks whose end nobody saw
-- Tasks created in these days that left their provider's list unfinished. The status is the last one seen; how
-- they ended is not guessed. Holes in the coverage are in `syncer gaps`.
-- days: 90
-- spare: provider_status task_type region created_at
SELECT source, region, task_id, task_type, status, provider_status, created_at, lost_at
FROM reporting.tasks
WHERE is_lost
    AND created_at >= (current_date - (:days - 1))::timestamptz
    AND source = ANY (:sources)
ORDER BY lost_at DESC, task_key
LIMIT 200;
