-- How reading goes
-- Runs that began in these days, by list and mode: how they ended, how long they took, what they cost and found.
-- Late tasks are those that an earlier run should have seen; the error is that of the last one that failed.
-- days: 7
-- bar: runs failed
-- spare: pages lost inserted seconds_p95 requests late interrupted region error
-- words: error
SELECT
    r.*,
    e.error
FROM (
    SELECT
        source,
        region,
        mode,
        count(*) AS runs,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        count(*) FILTER (WHERE status = 'interrupted') AS interrupted,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds_p50,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS seconds_p95,
        sum(pages)::bigint AS pages,
        sum(requests)::bigint AS requests,
        sum(inserted)::bigint AS inserted,
        sum(late)::bigint AS late,
        sum(lost)::bigint AS lost
    FROM reporting.runs
    WHERE started_at >= (current_date - (:days - 1))::timestamptz AND source = ANY (:sources)
    GROUP BY source, region, mode
) r
LEFT JOIN (
    SELECT DISTINCT ON (source, region, mode) source, region, mode, error
    FROM reporting.runs
    WHERE started_at >= (current_date - (:days - 1))::timestamptz AND source = ANY (:sources) AND status = 'failed'
    ORDER BY source, region, mode, run_id DESC
) e ON e.source = r.source AND e.region = r.region AND e.mode = r.mode
ORDER BY r.source, r.region, r.mode;
