-- What analysts read of them.

CREATE VIEW reporting.durations_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.task_type,
    r.measure,
    CASE WHEN r.bucket > -10000 THEN power(1.1::float8, r.bucket + 0.5::float8) ELSE 0 END AS seconds,
    r.tasks,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings),
        (r.day + 1)::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings)
    ), false) AS is_covered
FROM sync.durations_daily r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

CREATE VIEW reporting.failures_daily AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.day,
    r.task_type,
    r.error_code,
    r.tasks,
    r.last_created_at,
    r.error_message,
    coalesce(c.swept @> tstzrange(
        r.day::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings),
        (r.day + 1)::timestamp AT TIME ZONE (SELECT time_zone FROM sync.settings)
    ), false) AS is_covered
FROM sync.failures_daily r
JOIN sync.sources o ON o.source_id = r.source_id
LEFT JOIN sync.swept_sources c ON c.source_id = r.source_id;

CREATE VIEW reporting.runs_hourly AS
SELECT
    r.source_id AS source_key,
    o.name AS source,
    o.provider,
    r.region,
    r.day,
    r.hour_at,
    r.hour::bigint AS hour,
    r.mode,
    r.status,
    r.runs,
    r.seconds_sum,
    r.seconds_max,
    r.inserted,
    r.updated,
    r.unchanged,
    r.rejected,
    r.late,
    r.lost,
    r.pages,
    r.requests
FROM sync.runs_hourly r
JOIN sync.sources o ON o.source_id = r.source_id;

COMMENT ON VIEW reporting.durations_daily IS 'How long the tasks that ended on a day had waited and worked: one row for each source, task type, measure and stretch of seconds. Made to be added up over any days: a percentile of many days is the first seconds at which the running sum of tasks reaches its share. / 某天结束的任务的排队与运行时长分布：每个数据源、任务类型、指标和时长区间一行。可跨任意天相加：多天的分位数是任务数累计值首次达到相应比例时的 seconds。';
COMMENT ON VIEW reporting.failures_daily IS 'Failed tasks by the day of their creation and by what they failed of: one row for each source, task type and error code. / 按创建日和失败原因统计的失败任务：每个数据源、任务类型和错误码一行。';
COMMENT ON VIEW reporting.runs_hourly IS 'Readings that have ended, by the hour in which they began: one row for each source, region, mode and status. / 按开始小时统计的已结束的读取：每个数据源、地域、方式和状态一行。';

CREATE FUNCTION pg_temp.tell(views text, name text, meaning text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    view text;
BEGIN
    FOREACH view IN ARRAY string_to_array(views, ' ') LOOP
        EXECUTE format('COMMENT ON COLUMN reporting.%I.%I IS %L', view, name, meaning);
    END LOOP;
END $$;

SELECT pg_temp.tell('durations_daily failures_daily runs_hourly', name, meaning) FROM (VALUES
    ('source_key', 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。'),
    ('source', 'Name of the source in the configuration. / 配置文件中数据源的名称。'),
    ('provider', 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。')
) AS t (name, meaning);

SELECT pg_temp.tell('durations_daily failures_daily', name, meaning) FROM (VALUES
    ('task_type', 'The provider''s kind of task; unknown where it tells none. / 云厂商的任务类型；未告知时为 unknown。'),
    ('is_covered', 'True where everything that was created on that day was read, and confirmed by a later complete reading, in all regions of the source. Only then is the row sure to be whole. / 该数据源所有地域在当天创建的任务都已读取，并由后来的完整读取确认时为真；只有这样本行才确定完整。')
) AS t (name, meaning);

SELECT pg_temp.tell('durations_daily', name, meaning) FROM (VALUES
    ('day', 'Day of the end in the reporting time zone. / 报表时区中的结束日。'),
    ('measure', 'queue: from creation to start; run: from start to end. / queue 为从创建到开始，run 为从开始到结束。'),
    ('seconds', 'How long it took them: no more than 5 % from the true number of seconds of each. / 所用秒数，与每个任务的真实秒数相差不超过 5 %。'),
    ('tasks', 'How many tasks took that long. / 用时如此的任务数。')
) AS t (name, meaning);

SELECT pg_temp.tell('failures_daily', name, meaning) FROM (VALUES
    ('day', 'Day of creation in the reporting time zone. / 报表时区中的创建日。'),
    ('error_code', 'The provider''s code of the error; empty where it told none. / 云厂商的错误码；未告知时为空字符串。'),
    ('tasks', 'How many tasks failed of it. / 因此失败的任务数。'),
    ('last_created_at', 'When the last of them was created. / 其中最后一个任务的创建时间。'),
    ('error_message', 'What the provider said of the last of them; null where it said nothing. / 云厂商对其中最后一个任务给出的错误信息；没有时为空。')
) AS t (name, meaning);

SELECT pg_temp.tell('runs_hourly', name, meaning) FROM (VALUES
    ('region', 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。'),
    ('day', 'Day of begun_at in the reporting time zone. / begun_at 在报表时区中的日期。'),
    ('hour_at', 'The instant at which the hour begins. / 该小时开始的时刻。'),
    ('hour', 'The hour in the reporting time zone, 0 to 23. Where the clock goes back it comes twice in a day. / 报表时区中的小时，0 到 23；时钟回拨的那天会出现两次。'),
    ('mode', 'poll: reads as deep as it must; sweep: reads everything the provider still shows. / poll 只读到必要的深度；sweep 读取云厂商仍显示的全部内容。'),
    ('status', 'succeeded, failed, or interrupted, which goes on from where it stopped. / succeeded 成功、failed 失败、interrupted 被中断（会从中断处继续）。'),
    ('runs', 'How many runs. / 读取次数。'),
    ('seconds_sum', 'Seconds that they took together. An average over any rows is the sum of these over the sum of runs. / 总共用时的秒数；任意多行的平均值等于本列之和除以 runs 之和。'),
    ('seconds_max', 'Seconds that the longest of them took. / 其中最长一次的秒数。'),
    ('inserted', 'How many tasks were seen for the first time. / 首次看到的任务数。'),
    ('updated', 'How many states of known tasks were new. / 已知任务的新状态数。'),
    ('unchanged', 'How many sightings told nothing new. / 没有变化的观测次数。'),
    ('rejected', 'How many records could not become a task. / 无法成为任务的记录数。'),
    ('late', 'How many of the inserted tasks an earlier run should have seen. / 新任务中本应由之前的读取看到的数量。'),
    ('lost', 'How many open tasks had left the list. / 未结束就从列表消失的任务数。'),
    ('pages', 'How many pages were read. / 读取的页数。'),
    ('requests', 'How many requests it took, retries included. / 请求次数，包括重试。')
) AS t (name, meaning);

DROP FUNCTION pg_temp.tell;
