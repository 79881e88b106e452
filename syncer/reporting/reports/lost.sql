-- Lost tasks: their end was not observed
-- Tasks created in these days that were still open when they left their provider's list. The status is the last
-- observed one. Gaps in the coverage are in `syncer gaps`.
-- days: 90
-- optional: provider_status task_type region created_at
SELECT source, region, task_id, task_type, status, provider_status, created_at, lost_at
FROM reporting.tasks
WHERE is_lost
    AND created_at >= (current_date - (:days - 1))::timestamptz
    AND source = ANY (:sources)
ORDER BY lost_at DESC, task_key
LIMIT 200;
