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

COMMENT ON VIEW sync.covered_sources IS 'Creation times that were swept, and those that were read at all, in every region of a source since the beginning of its coverage.';
