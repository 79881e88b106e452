CREATE OR REPLACE FUNCTION sync.json_text(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(value) IN ('string', 'number') THEN nullif(value #>> '{}', '') END;
COMMENT ON FUNCTION sync.json_text IS 'A text that is not empty, or a number as text; otherwise null.';

-- Postgres calls the functions in a view with the privileges of the view's reader.
GRANT EXECUTE ON FUNCTION sync.json_text TO PUBLIC;
