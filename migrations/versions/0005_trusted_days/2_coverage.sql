-- A region that is added later has no say in what was before it, as a source has none: else it would make
-- doubtful what was proven long ago, and for ever where its list forgets. One that has not been read yet might
-- show anything that its list remembers.

CREATE VIEW sync.covered_sources AS
SELECT
    s.source_id,
    range_intersect_agg(s.swept + b.before) * o.since AS swept,
    range_intersect_agg(s.swept + s.polled + b.before) * o.since AS read
FROM sync.streams s
CROSS JOIN LATERAL (
    SELECT tstzmultirange(tstzrange(NULL, coalesce(
        lower(s.polled + s.swept),
        s.registered_at - extract(epoch FROM s.retention) * interval '1 second',
        '-infinity'
    ))) AS before
) b
JOIN (
    SELECT source_id, tstzmultirange(tstzrange(coalesce(min(lower(polled + swept)), 'infinity'), NULL)) AS since
    FROM sync.streams GROUP BY source_id
) o ON o.source_id = s.source_id
GROUP BY s.source_id, o.since;
COMMENT ON VIEW sync.covered_sources IS 'The creation times that were swept, and those that were read at all, in each region of a source since its beginning.';

CREATE OR REPLACE VIEW sync.swept_sources AS
SELECT source_id, swept FROM sync.covered_sources;
COMMENT ON VIEW sync.swept_sources IS 'The creation times that were swept in each region of a source since its beginning.';

CREATE VIEW reporting.coverage_daily AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    d.day,
    coalesce(c.read @> tstzrange(d.started_at, d.ended_at), false) AS is_read,
    coalesce(c.swept @> tstzrange(d.started_at, d.ended_at), false) AS is_covered
FROM sync.sources o
JOIN reporting.calendar d ON d.started_at <= now()
LEFT JOIN sync.covered_sources c ON c.source_id = o.source_id;

COMMENT ON VIEW reporting.coverage_daily IS 'Which days can be relied on: one row for each source and day of the calendar until today, also for days without a task. / 哪些日期可信：每个数据源在日历中直到今天的每一天一行，没有任务的日期也包括在内。';

CREATE FUNCTION pg_temp.tell(views text, name text, meaning text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    view text;
BEGIN
    FOREACH view IN ARRAY string_to_array(views, ' ') LOOP
        EXECUTE format('COMMENT ON COLUMN reporting.%I.%I IS %L', view, name, meaning);
    END LOOP;
END $$;

SELECT pg_temp.tell('coverage_daily', name, meaning) FROM (VALUES
    ('source_key', 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。'),
    ('source', 'Name of the source in the configuration. / 配置文件中数据源的名称。'),
    ('provider', 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。'),
    ('day', 'Day of creation in the reporting time zone. / 报表时区中的创建日。'),
    ('is_read', 'True where everything that was created on that day was read at least once, in all regions whose coverage had begun; a late task may still turn up. / 所有已开始覆盖的地域在当天创建的任务都至少读取过一次时为真；迟到的任务仍可能出现。'),
    ('is_covered', 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Never true before the day is over. / 所有已开始覆盖的地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；当天结束之前不会为真。')
) AS t (name, meaning);

SELECT pg_temp.tell('arrivals_daily failures_daily', 'is_covered', 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Only then is the row sure to be whole. / 所有已开始覆盖的地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；只有这样本行才确定完整。');
SELECT pg_temp.tell('arrivals_hourly', 'is_covered', 'True where everything that was created in that hour was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Only then is the row sure to be whole. / 所有已开始覆盖的地域在该小时创建的任务都已读取，并由后来的完整读取确认时为真；只有这样本行才确定完整。');
SELECT pg_temp.tell('completions_daily slo_daily durations_daily', 'is_covered', 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Tasks that ended on that day and were created before the coverage began may be missing all the same. / 所有已开始覆盖的地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；当天结束、但在覆盖开始之前创建的任务仍可能缺失。');
SELECT pg_temp.tell('completions_hourly', 'is_covered', 'True where everything that was created in that hour was read, and confirmed by a later complete reading, in all regions whose coverage had begun. Tasks that ended in that hour and were created before the coverage began may be missing all the same. / 所有已开始覆盖的地域在该小时创建的任务都已读取，并由后来的完整读取确认时为真；该小时结束、但在覆盖开始之前创建的任务仍可能缺失。');

DROP FUNCTION pg_temp.tell;
