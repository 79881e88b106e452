CREATE OR REPLACE FUNCTION sync.json_words(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(value) IN ('string', 'number') THEN nullif(value #>> '{}', '') END;
COMMENT ON FUNCTION sync.json_words IS 'Text with something in it, or a number as text; else null.';

-- A view runs its functions with the rights of its reader.
GRANT EXECUTE ON FUNCTION sync.json_words TO PUBLIC;
