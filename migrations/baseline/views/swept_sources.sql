-- requires: covered_sources

CREATE OR REPLACE VIEW sync.swept_sources AS
SELECT source_id, swept FROM sync.covered_sources;

COMMENT ON VIEW sync.swept_sources IS 'The creation times that were swept in each region of a source since its beginning.';
