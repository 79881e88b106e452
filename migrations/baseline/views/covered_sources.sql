-- requires: stream_coverage

CREATE OR REPLACE VIEW sync.covered_sources AS
SELECT
    source_id,
    -- A source covers nothing before its coverage begins, nor after all its streams were retired.
    swept * span AS swept,
    read * span AS read,
    span
FROM (
    SELECT
        source_id,
        range_intersect_agg(swept + not_expected) AS swept,
        range_intersect_agg(read + not_expected) AS read,
        range_agg(expected) FILTER (WHERE NOT isempty(read)) AS span
    FROM sync.stream_coverage
    CROSS JOIN LATERAL (SELECT '{(,)}'::tstzmultirange - expected AS not_expected) complement
    GROUP BY source_id
) source;

COMMENT ON VIEW sync.covered_sources IS 'The creation times that every stream of a source that counts for them has swept, or has read. Null before the first complete run.';
COMMENT ON COLUMN sync.covered_sources.span IS 'The creation times for which a stream with coverage counts: the coverage of the source begins and ends with them.';
