CREATE OR REPLACE FUNCTION sync.json_bigint(value jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN jsonb_typeof(value) = 'number' THEN
        CASE WHEN value::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN
            CASE WHEN value::numeric = trunc(value::numeric) THEN value::bigint END
        END
    WHEN jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '^[0-9]{1,19}$' THEN
        CASE WHEN (value #>> '{}')::numeric <= 9223372036854775807 THEN (value #>> '{}')::bigint END
END;
COMMENT ON FUNCTION sync.json_bigint IS 'A 64-bit integer, also if it is written as text; otherwise null.';

-- Postgres calls the functions in a view with the privileges of the view's reader.
GRANT EXECUTE ON FUNCTION sync.json_bigint TO PUBLIC;
