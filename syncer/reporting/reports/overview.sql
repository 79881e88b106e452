-- Overview of the sources
-- Tasks created in these days, the share of failures among those with a known outcome, tasks open now, and the end
-- of the coverage over all regions. Gaps: all gaps in the coverage, whatever their age.
-- days: 30
-- bar: tasks
-- optional: provider last_run_at bar failed
SELECT
    s.source,
    s.provider,
    coalesce(r.tasks, 0) AS tasks,
    coalesce(r.failed, 0) AS failed,
    r.failed::float8 / nullif(r.outcome_known, 0) AS failed_rate,
    coalesce(o.open, 0) AS open,
    c.covered_to,
    coalesce(g.gaps, 0) AS gaps,
    s.last_run_at
FROM reporting.sources s
LEFT JOIN (
    SELECT
        source_key,
        sum(tasks)::bigint AS tasks,
        sum(failed)::bigint AS failed,
        sum(outcome_known)::bigint AS outcome_known
    FROM reporting.arrivals_daily
    WHERE day >= current_date - (:days - 1)
    GROUP BY source_key
) r ON r.source_key = s.source_key
LEFT JOIN (
    SELECT source_key, count(*) AS open FROM reporting.open_tasks WHERE retired_at IS NULL GROUP BY source_key
) o ON o.source_key = s.source_key
LEFT JOIN (
    SELECT source_key, count(*) AS regions, min(ended_at) AS covered_to
    FROM (
        SELECT source_key, region, max(ended_at) AS ended_at FROM reporting.coverage WHERE retired_at IS NULL
        GROUP BY source_key, region
    ) region
    GROUP BY source_key
) c ON c.source_key = s.source_key AND c.regions = s.regions
LEFT JOIN (
    SELECT source_key, count(*) AS gaps FROM reporting.coverage_gaps GROUP BY source_key
) g ON g.source_key = s.source_key
WHERE s.source = ANY (:sources)
ORDER BY s.source;
