CREATE OR REPLACE FUNCTION sync.json_whole(value jsonb) RETURNS bigint
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

-- A view runs its functions with the rights of its reader.
GRANT EXECUTE ON FUNCTION sync.json_whole TO PUBLIC;
