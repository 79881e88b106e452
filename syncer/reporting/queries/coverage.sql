-- Coverage: start, confirmed end, end and number of gaps
SELECT
    source,
    region,
    min(started_at) AS read_from,
    max(ended_at) FILTER (WHERE grade = 'swept') AS confirmed_to,
    max(ended_at) AS read_to,
    (SELECT count(*) FROM reporting.coverage_gaps g WHERE g.source = c.source AND g.region = c.region) AS gaps
FROM reporting.coverage c
GROUP BY source, region
ORDER BY source, region;
