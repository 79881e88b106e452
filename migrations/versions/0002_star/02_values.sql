-- Single values out of the vendors' JSON. What cannot be understood is null, never an error.

CREATE FUNCTION sync.json_words(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(value) IN ('string', 'number') THEN nullif(value #>> '{}', '') END;
COMMENT ON FUNCTION sync.json_words IS 'Text with something in it, or a number as text; else null.';

CREATE FUNCTION sync.json_whole(value jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN jsonb_typeof(value) = 'number' THEN
        CASE WHEN value::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN
            CASE WHEN value::numeric = trunc(value::numeric) THEN value::bigint END
        END
    WHEN jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '^[0-9]{1,19}$' THEN
        CASE WHEN (value #>> '{}')::numeric <= 9223372036854775807 THEN (value #>> '{}')::bigint END
END;
COMMENT ON FUNCTION sync.json_whole IS 'A whole number of 64 bits, also where it is written as text; else null.';

CREATE FUNCTION sync.json_instant(value jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- In a CASE, not in a WHERE: an argument known beforehand would be computed with before that is asked.
    SELECT CASE
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
    ) t;
END;
COMMENT ON FUNCTION sync.json_instant IS
    'An ISO 8601 time; without an offset it is taken as UTC; else, and for the zero dates, null.';

-- A limit on the vendor's side cuts between bytes, so that the last character may be a part of one.
CREATE FUNCTION sync.json_output(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT convert_from(decode(part.whole, 'hex'), 'UTF8')
    FROM (
        SELECT CASE
            WHEN value #>> '{}' ~ '^[A-Za-z0-9+/]*={0,2}$' AND length(value #>> '{}') % 4 = 0
            THEN encode(decode(value #>> '{}', 'base64'), 'hex')
        END AS bytes
        WHERE jsonb_typeof(value) = 'string'
    ) hex
    CROSS JOIN LATERAL substring(
        hex.bytes FROM
        '^(?:(?:0[1-9a-f]|[1-7].)'
        '|(?:c[2-9a-f]|d.)[89ab].'
        '|(?:e0[ab].|e[1-9a-cef][89ab].|ed[89].)[89ab].'
        '|(?:f0[9ab].|f[123][89ab].|f48.)[89ab].[89ab].)*'
    ) AS part(whole)
    WHERE hex.bytes <> ''
        AND substr(hex.bytes, length(part.whole) + 1) ~ '^(?:[cde].|e.[89ab].|f[0-4](?:[89ab].){0,2})?$';
END;
COMMENT ON FUNCTION sync.json_output IS 'The UTF-8 text behind Base64; null where it is no text, or not even Base64.';

-- Whoever reads a view runs the functions in it by his own right.
GRANT EXECUTE ON FUNCTION sync.json_words, sync.json_whole, sync.json_instant, sync.json_output TO PUBLIC;
