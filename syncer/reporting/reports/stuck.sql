-- Tasks that have been open longest
-- The 50 oldest open tasks, with their last observed state. Headroom: how long the provider's list will still show
-- the task; after that its end can no longer be observed.
-- Tasks of sources and regions that are no longer configured are not followed, and not shown.
-- bar: age_seconds
-- optional: task_type created_at region unchanged_seconds provider_status
SELECT
    source,
    region,
    task_id,
    task_type,
    status,
    provider_status,
    created_at,
    age_seconds,
    unchanged_seconds,
    seconds_until_hidden AS headroom_seconds
FROM reporting.open_tasks
WHERE source = ANY (:sources) AND retired_at IS NULL
ORDER BY age_seconds DESC NULLS LAST, task_key
LIMIT 50;
