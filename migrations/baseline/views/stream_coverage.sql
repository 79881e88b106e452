-- The coverage of each stream, and the creation times for which it counts (`expected`). All views and exports that
-- state whether a day is complete use this view: it holds the only definition.
--
-- A stream counts from the start of its coverage until it is retired. A region that is added later does not count
-- for earlier times: otherwise it would make days incomplete that were complete before it was added, permanently so
-- where the provider no longer shows them. Before its first complete run a stream counts from the oldest task that
-- its list could show when it was registered. A stream that was retired before its first complete run never counts.
CREATE OR REPLACE VIEW sync.stream_coverage AS
SELECT
    stream_id,
    source_id,
    region,
    swept,
    swept + polled AS read,
    -- Seconds, because the length of a day depends on the session's time zone.
    now() - extract(epoch FROM retention) * interval '1 second' AS shown_since,
    retired_at,
    -- A difference of two ranges, because the start is on the provider's clock and the end on the database's: the
    -- end may be before the start.
    tstzmultirange(tstzrange(
        coalesce(
            lower(swept + polled),
            registered_at - extract(epoch FROM retention) * interval '1 second',
            '-infinity'
        ),
        NULL
    )) - CASE WHEN retired_at IS NULL THEN '{}' ELSE tstzmultirange(tstzrange(retired_at, NULL)) END AS expected
FROM sync.streams
WHERE retired_at IS NULL OR NOT isempty(swept + polled);

COMMENT ON VIEW sync.stream_coverage IS 'The creation times that each stream has swept and read, and those that it is expected to cover.';
COMMENT ON COLUMN sync.stream_coverage.read IS 'The creation times that were polled or swept.';
COMMENT ON COLUMN sync.stream_coverage.shown_since IS 'The provider shows tasks created since this instant; null if the retention is unknown.';
COMMENT ON COLUMN sync.stream_coverage.expected IS 'The creation times for which the stream counts, from the start of its coverage until it is retired.';
