-- The vendor cuts long outputs between bytes, so the last character may be incomplete.
CREATE OR REPLACE FUNCTION sync.json_base64_text(value jsonb) RETURNS text
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
COMMENT ON FUNCTION sync.json_base64_text IS 'The UTF-8 text encoded as Base64; null if it is not UTF-8 text, or not Base64.';

-- Postgres calls the functions in a view with the privileges of the view's reader.
GRANT EXECUTE ON FUNCTION sync.json_base64_text TO PUBLIC;
