CREATE OR REPLACE VIEW sync.covered_sources AS
WITH known AS (
    SELECT
        source_id,
        swept,
        swept + polled AS read,
        lower(swept + polled) AS begins_at,
        registered_at - extract(epoch FROM retention) * interval '1 second' AS could_begin_at,
        retired_at
    FROM sync.streams
    WHERE retired_at IS NULL OR NOT isempty(swept + polled)
), sides AS (
    SELECT
        *,
        tstzmultirange(tstzrange(NULL, coalesce(begins_at, could_begin_at, '-infinity')))
            + CASE WHEN retired_at IS NULL THEN '{}' ELSE tstzmultirange(tstzrange(retired_at, NULL)) END AS beside,
        -- The clocks are two, of the provider and of the database.
        CASE WHEN begins_at IS NOT NULL
            THEN tstzrange(begins_at, CASE WHEN retired_at IS NOT NULL THEN greatest(begins_at, retired_at) END)
        END AS life
    FROM known
)
SELECT
    source_id,
    -- When no list of the source was read at all, none of them can vouch for anything.
    range_intersect_agg(swept + beside) * range_agg(life) AS swept,
    range_intersect_agg(read + beside) * range_agg(life) AS read
FROM sides
GROUP BY source_id;

COMMENT ON VIEW sync.covered_sources IS 'The creation times that were swept, and those that were read at all, in each region of a source since its beginning.';
