-- History of the task with the most versions
SELECT
    source, task_id, version, status, provider_status, progress_done, progress_total, changed_fields,
    observed_after, observed_at
FROM reporting.task_versions
WHERE task_key = (SELECT task_key FROM reporting.tasks ORDER BY versions DESC, changed_at DESC, task_key LIMIT 1)
ORDER BY version;
