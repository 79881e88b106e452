CREATE OR REPLACE FUNCTION reporting.history_reaches(moment timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    since constant timestamptz := (SELECT history_since FROM reporting.settings);
BEGIN
    IF moment < since THEN
        RAISE EXCEPTION 'nobody knows any more what was known at %: the history begins at %', moment, since
            USING ERRCODE = 'no_data_found', HINT = 'Ask for a later moment. `history.keep` in the configuration says what is kept.';
    END IF;
    RETURN true;
END $$;
COMMENT ON FUNCTION reporting.history_reaches IS 'True where the history tells what was known at a moment; else an error that says since when it does. / 历史数据可说明该时刻所知的内容时为真，否则报错并说明历史从何时开始。';
