-- An error, because without it a query before the beginning of the history would return too few tasks.
CREATE OR REPLACE FUNCTION reporting.history_reaches(moment timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    since constant timestamptz := (SELECT history_since FROM reporting.settings);
    observed_since constant timestamptz := (SELECT s.observed_since FROM reporting.settings s);
BEGIN
    IF moment < observed_since THEN
        RAISE EXCEPTION 'no data before %: the first run began at %', moment, observed_since
            USING ERRCODE = 'no_data_found', HINT = 'Use a later moment.';
    END IF;
    IF moment < since THEN
        RAISE EXCEPTION 'the states at % are no longer stored: the history begins at %', moment, since
            USING ERRCODE = 'no_data_found', HINT = 'Use a later moment. `history.keep` in the configuration sets how long former states are kept.';
    END IF;
    RETURN true;
END $$;
COMMENT ON FUNCTION reporting.history_reaches IS 'True if the history holds the states known at a moment; otherwise an error with the beginning of the history. / 历史数据包含该时刻已知的状态时为真；否则报错，并给出历史的起始时刻。';
