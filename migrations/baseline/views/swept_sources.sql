-- requires: covered_sources

-- A period is covered if every stream of its source was swept from the beginning of the period to its end.
CREATE OR REPLACE VIEW sync.swept_sources AS
SELECT source_id, swept FROM sync.covered_sources;

COMMENT ON VIEW sync.swept_sources IS 'Creation times that were swept in every region of a source since the beginning of its coverage.';
