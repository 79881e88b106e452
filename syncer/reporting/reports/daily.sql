-- Tasks created and ended per day
-- Tasks created and tasks ended on each local day, and the share of failures among those with a known outcome.
-- Aiccs does not state when a task ended. A day is complete when a later sweep of every list has confirmed all of
-- it; before that, tasks may be missing. A source that is no longer configured does not count
-- for later days.
-- days: 14
-- bar: created
-- optional: outcome_unknown failed bar failed_rate
SELECT
    c.day,
    coalesce(a.created, 0) AS created,
    coalesce(b.ended, 0) AS ended,
    coalesce(b.failed, 0) AS failed,
    coalesce(b.ended - b.outcome_known, 0) AS outcome_unknown,
    b.failed::float8 / nullif(b.outcome_known, 0) AS failed_rate,
    coalesce(v.is_complete, false) AS is_complete
FROM reporting.calendar c
LEFT JOIN (
    SELECT d.day, bool_and(d.is_covered) AS is_complete
    FROM reporting.coverage_daily d
    JOIN reporting.sources s ON s.source_key = d.source_key
    -- A source that is no longer configured does not count for later days.
    WHERE d.source = ANY (:sources) AND (s.retired_at IS NULL OR d.day <= s.retired_at::date)
    GROUP BY d.day
) v ON v.day = c.day
LEFT JOIN (
    SELECT day, sum(tasks)::bigint AS created
    FROM reporting.arrivals_daily
    WHERE day >= current_date - (:days - 1) AND source = ANY (:sources)
    GROUP BY day
) a ON a.day = c.day
LEFT JOIN (
    SELECT
        day,
        sum(tasks)::bigint AS ended,
        sum(outcome_known)::bigint AS outcome_known,
        sum(failed)::bigint AS failed
    FROM reporting.completions_daily
    WHERE day >= current_date - (:days - 1) AND source = ANY (:sources)
    GROUP BY day
) b ON b.day = c.day
WHERE c.day BETWEEN current_date - (:days - 1) AND current_date
ORDER BY c.day DESC;
