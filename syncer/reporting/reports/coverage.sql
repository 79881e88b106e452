-- Coverage: the creation times that were read
-- For each source and region: start of the coverage, end of the part that a later sweep confirmed, and end of the
-- coverage. Gaps in between are lost, can still be filled (headroom: time until the first of them expires), or
-- are unknown where the provider's retention is unknown.
-- optional: provider unknown fillable read_from lost_time_seconds read_to
SELECT
    r.source,
    r.provider,
    r.region,
    r.read_from,
    r.confirmed_to,
    r.read_to,
    coalesce(g.lost, 0) AS lost,
    coalesce(g.fillable, 0) AS fillable,
    coalesce(g.unknown, 0) AS unknown,
    g.lost_seconds AS lost_time_seconds,
    g.headroom_seconds
FROM (
    SELECT
        source_key,
        source,
        provider,
        region,
        min(started_at) AS read_from,
        max(ended_at) FILTER (WHERE grade = 'swept') AS confirmed_to,
        max(ended_at) AS read_to
    FROM reporting.coverage
    GROUP BY source_key, source, provider, region
) r
LEFT JOIN (
    SELECT
        source_key,
        region,
        count(*) FILTER (WHERE state = 'lost') AS lost,
        count(*) FILTER (WHERE state = 'fillable') AS fillable,
        count(*) FILTER (WHERE state = 'unknown') AS unknown,
        (sum(extract(epoch FROM ended_at - started_at)) FILTER (WHERE state = 'lost'))::float8 AS lost_seconds,
        min(seconds_until_lost) AS headroom_seconds
    FROM reporting.coverage_gaps
    GROUP BY source_key, region
) g USING (source_key, region)
WHERE r.source = ANY (:sources)
ORDER BY r.source, r.region;
