-- A list that the configuration does not want any more says nothing from then on; one that was never read, by a
-- region that does not exist, says nothing at all. A region that is added later has no say in what was before it,
-- as a source has none: else it would make doubtful what was proven long ago, and for ever where its list
-- forgets. Until it is read it might show anything that its list remembers.

ALTER TABLE sync.streams ADD COLUMN retired_at timestamptz;

CREATE VIEW sync.covered_sources AS
WITH known AS (
    SELECT
        source_id,
        swept,
        swept + polled AS read,
        lower(swept + polled) AS begins_at,
        registered_at - extract(epoch FROM retention) * interval '1 second' AS could_begin_at,
        retired_at
    FROM sync.streams
    WHERE retired_at IS NULL OR NOT isempty(swept + polled)
), sides AS (
    SELECT
        *,
        tstzmultirange(tstzrange(NULL, coalesce(begins_at, could_begin_at, '-infinity')))
            + CASE WHEN retired_at IS NULL THEN '{}' ELSE tstzmultirange(tstzrange(retired_at, NULL)) END AS beside,
        -- The clocks are two, of the provider and of the database.
        CASE WHEN begins_at IS NOT NULL
            THEN tstzrange(begins_at, CASE WHEN retired_at IS NOT NULL THEN greatest(begins_at, retired_at) END)
        END AS life
    FROM known
)
SELECT
    source_id,
    -- When no list of the source was read at all, none of them can vouch for anything.
    range_intersect_agg(swept + beside) * range_agg(life) AS swept,
    range_intersect_agg(read + beside) * range_agg(life) AS read
FROM sides
GROUP BY source_id;
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

-- With the lists that are not read any more told apart.
CREATE OR REPLACE VIEW reporting.coverage AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    s.region,
    lower(part.span) AS started_at,
    upper(part.span) AS ended_at,
    part.grade,
    s.retired_at
FROM sync.streams s
JOIN sync.sources o ON o.source_id = s.source_id
CROSS JOIN LATERAL (
    SELECT unnest(s.swept) AS span, 'swept' AS grade
    UNION ALL
    SELECT unnest(s.polled - s.swept), 'polled'
) part;
COMMENT ON COLUMN reporting.coverage.retired_at IS 'Since when the configuration does not want this region of the source to be read; null while it does. / 自何时起配置不再要求读取该数据源的这一地域；仍在读取时为空。';

CREATE OR REPLACE VIEW reporting.sources AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    o.account,
    o.site,
    o.registered_at,
    count(s.stream_id) FILTER (WHERE s.retired_at IS NULL) AS regions,
    max(s.last_run_at) AS last_run_at,
    max(s.last_sweep_at) AS last_sweep_at
FROM sync.sources o
LEFT JOIN sync.streams s ON s.source_id = o.source_id
GROUP BY o.source_id;
COMMENT ON COLUMN reporting.sources.regions IS 'How many regions of it the configuration wants to be read. / 配置要求读取的地域数量。';

-- A list that nobody reads forgets all the same: what it has forgotten since it was read last is a hole, too.
CREATE OR REPLACE VIEW reporting.coverage_gaps AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    s.region,
    lower(part.span) AS started_at,
    upper(part.span) AS ended_at,
    part.state,
    CASE WHEN part.state = 'fillable'
        THEN extract(epoch FROM lower(part.span) - h.shown_since)::float8 END AS seconds_until_lost
FROM sync.streams s
JOIN sync.sources o ON o.source_id = s.source_id
CROSS JOIN LATERAL (
    SELECT
        s.polled + s.swept AS read,
        -- In seconds, for the length of a day depends on the time zone of whoever asks.
        now() - extract(epoch FROM s.retention) * interval '1 second' AS shown_since
) w
CROSS JOIN LATERAL (
    SELECT
        w.shown_since,
        tstzmultirange(tstzrange(
            lower(w.read),
            -- Both pass over what is null.
            greatest(upper(w.read), CASE WHEN s.retention IS NOT NULL THEN least(w.shown_since, s.retired_at) END)
        )) - w.read AS holes
    WHERE NOT isempty(w.read)
) h
CROSS JOIN LATERAL (
    SELECT unnest(h.holes * tstzmultirange(tstzrange(NULL, h.shown_since))) AS span, 'lost' AS state
    WHERE h.shown_since IS NOT NULL
    UNION ALL
    SELECT unnest(h.holes * tstzmultirange(tstzrange(h.shown_since, NULL))), 'fillable'
    WHERE h.shown_since IS NOT NULL
    UNION ALL
    SELECT unnest(h.holes), 'unknown'
    WHERE h.shown_since IS NULL
) part;
COMMENT ON VIEW reporting.coverage_gaps IS 'Holes in the coverage since its beginning: creation times whose tasks may be missing. What was created since the last reading is one as soon as the provider has forgotten it. / 覆盖开始以来的缺口：这些创建时间的任务可能缺失。最近一次读取之后创建、且云厂商已不再显示的时间也算缺口。';

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
