-- Runs and their results
-- Runs that began in these days and have ended, by region and mode: outcome, mean and longest duration, requests
-- and tasks. Late tasks should have been found by an earlier run; the error is that of the latest failed run.
-- days: 7
-- bar: runs failed
-- optional: pages lost inserted seconds_max requests late interrupted region error
-- shorten: error
SELECT
    r.*,
    e.error
FROM (
    SELECT
        source,
        region,
        mode,
        sum(runs)::bigint AS runs,
        coalesce(sum(runs) FILTER (WHERE status = 'failed'), 0)::bigint AS failed,
        coalesce(sum(runs) FILTER (WHERE status = 'interrupted'), 0)::bigint AS interrupted,
        sum(seconds_sum) / sum(runs)::float8 AS seconds_mean,
        max(seconds_max) AS seconds_max,
        sum(pages)::bigint AS pages,
        sum(requests)::bigint AS requests,
        sum(inserted)::bigint AS inserted,
        sum(late)::bigint AS late,
        sum(lost)::bigint AS lost
    FROM reporting.runs_hourly
    WHERE day >= current_date - (:days - 1) AND source = ANY (:sources)
    GROUP BY source, region, mode
) r
LEFT JOIN (
    SELECT DISTINCT ON (source, region, mode) source, region, mode, error
    FROM reporting.runs
    WHERE begun_at >= (current_date - (:days - 1))::timestamptz AND source = ANY (:sources) AND status = 'failed'
    ORDER BY source, region, mode, run_id DESC
) e ON e.source = r.source AND e.region = r.region AND e.mode = r.mode
ORDER BY r.source, r.region, r.mode;
