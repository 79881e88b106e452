CREATE OR REPLACE FUNCTION sync.json_timestamp(value jsonb, observed_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- CASE, not WHERE: Postgres evaluates functions of constant arguments before it evaluates a WHERE.
    SELECT CASE WHEN at >= '2006-01-01 00:00+00' AND at - observed_at <= '24 hours'::interval THEN at END
    FROM (SELECT CASE
        WHEN t.year > 1 AND t.month BETWEEN 1 AND 12 AND t.hour < 24 AND t.minute < 60 AND t.second < 60
            AND t.ahead BETWEEN -1440 AND 1440
            AND t.day BETWEEN 1 AND CASE
                WHEN t.month IN (4, 6, 9, 11) THEN 30
                WHEN t.month <> 2 THEN 31
                WHEN t.year % 4 = 0 AND (t.year % 100 <> 0 OR t.year % 400 = 0) THEN 29
                ELSE 28
            END
        THEN (make_timestamp(t.year, t.month, t.day, t.hour, t.minute, t.second) AT TIME ZONE 'UTC')
            - make_interval(mins => t.ahead)
    END
    FROM (
        SELECT
            p[1]::int AS year, p[2]::int AS month, p[3]::int AS day,
            p[4]::int AS hour, p[5]::int AS minute, p[6]::float8 AS second,
            coalesce((p[7] || '1')::int * (p[8]::int * 60 + p[9]::int), 0) AS ahead
        FROM regexp_match(
            value #>> '{}',
            '^\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d(?:\.\d{1,6})?)\d*\s*(?:Z|([+-])(\d\d):?(\d\d))?\s*$'
        ) p
        WHERE jsonb_typeof(value) = 'string'
    ) t) AS read (at);
END;
COMMENT ON FUNCTION sync.json_timestamp IS 'An ISO 8601 time; UTC if it has no offset. Null for anything else, and for an instant before 2006 or more than a day after observed_at, as in the mapped columns.';

-- Postgres calls the functions in a view with the privileges of the view's reader.
GRANT EXECUTE ON FUNCTION sync.json_timestamp TO PUBLIC;
