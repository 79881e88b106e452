-- Which creation times were read, and which were not.

CREATE VIEW reporting.coverage AS
SELECT o.name AS source, s.region, lower(part.span) AS started_at, upper(part.span) AS ended_at, part.grade
FROM sync.streams s
JOIN sync.sources o ON o.source_id = s.source_id
CROSS JOIN LATERAL (
    SELECT unnest(s.swept) AS span, 'swept' AS grade
    UNION ALL
    SELECT unnest(s.polled - s.swept), 'polled'
) part;

COMMENT ON VIEW reporting.coverage IS 'Intervals of creation time whose tasks were read. What no interval holds was not read, or not yet.';
COMMENT ON COLUMN reporting.coverage.source IS 'Name of the source in the configuration.';
COMMENT ON COLUMN reporting.coverage.region IS 'Region of the cloud; global where the provider has none.';
COMMENT ON COLUMN reporting.coverage.started_at IS 'First instant of the interval.';
COMMENT ON COLUMN reporting.coverage.ended_at IS 'End of the interval, itself not included.';
COMMENT ON COLUMN reporting.coverage.grade IS 'swept: confirmed by a later complete reading; polled: read once, a late task may still turn up.';

CREATE VIEW reporting.coverage_gaps AS
WITH holes AS (
    SELECT
        s.source_id,
        s.region,
        s.retention,
        now() - s.retention AS shown_since,
        unnest(tstzmultirange(range_merge(s.polled + s.swept)) - (s.polled + s.swept)) AS span
    FROM sync.streams s
), parts AS (
    SELECT source_id, region, retention, lower(span) AS started_at, upper(span) AS ended_at, 'unknown' AS state
    FROM holes WHERE retention IS NULL
    UNION ALL
    SELECT source_id, region, retention, lower(span), least(upper(span), shown_since), 'lost'
    FROM holes WHERE lower(span) < shown_since
    UNION ALL
    SELECT source_id, region, retention, greatest(lower(span), shown_since), upper(span), 'fillable'
    FROM holes WHERE upper(span) > shown_since
)
SELECT
    o.name AS source,
    p.region,
    p.started_at,
    p.ended_at,
    p.state,
    CASE WHEN p.state = 'fillable'
        THEN extract(epoch FROM p.started_at + p.retention - now())::float8 END AS seconds_until_lost
FROM parts p
JOIN sync.sources o ON o.source_id = p.source_id;

COMMENT ON VIEW reporting.coverage_gaps IS 'Holes in the coverage between its beginning and its end: creation times whose tasks may be missing.';
COMMENT ON COLUMN reporting.coverage_gaps.source IS 'Name of the source in the configuration.';
COMMENT ON COLUMN reporting.coverage_gaps.region IS 'Region of the cloud; global where the provider has none.';
COMMENT ON COLUMN reporting.coverage_gaps.started_at IS 'First instant of the hole.';
COMMENT ON COLUMN reporting.coverage_gaps.ended_at IS 'End of the hole, itself not included.';
COMMENT ON COLUMN reporting.coverage_gaps.state IS 'fillable: the provider still shows it; lost: no longer; unknown: nobody knows how long it shows.';
COMMENT ON COLUMN reporting.coverage_gaps.seconds_until_lost IS 'Seconds until the provider begins to forget the hole; null where it is lost or nobody knows.';
