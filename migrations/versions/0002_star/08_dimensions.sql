-- What facts are looked at by: sources, statuses, days.

CREATE VIEW reporting.sources AS
SELECT
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    o.account,
    o.site,
    o.registered_at,
    count(s.stream_id) AS regions,
    max(s.last_run_at) AS last_run_at,
    max(s.last_sweep_at) AS last_sweep_at
FROM sync.sources o
LEFT JOIN sync.streams s ON s.source_id = o.source_id
GROUP BY o.source_id;

COMMENT ON VIEW reporting.sources IS 'One row for each source that was ever configured. / 每个曾经配置过的数据源一行。';
COMMENT ON COLUMN reporting.sources.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.sources.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.sources.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.sources.account IS 'Cloud account of the source. / 数据源所属的云账号。';
COMMENT ON COLUMN reporting.sources.site IS 'Site of the cloud, such as cn or intl. / 云的站点，如 cn（国内站）或 intl（国际站）。';
COMMENT ON COLUMN reporting.sources.registered_at IS 'When the source was read for the first time by this database. / 该数据源首次登记到本数据库的时间。';
COMMENT ON COLUMN reporting.sources.regions IS 'How many regions of it were ever read. / 曾经读取过的地域数量。';
COMMENT ON COLUMN reporting.sources.last_run_at IS 'When its last complete run began, in whichever region, on the provider''s clock. / 最近一次完整读取的开始时间（任一地域，云厂商时钟）。';
COMMENT ON COLUMN reporting.sources.last_sweep_at IS 'When its last complete sweep began, in whichever region, on the provider''s clock. / 最近一次完整清扫（sweep）的开始时间（任一地域，云厂商时钟）。';

CREATE VIEW reporting.statuses AS
SELECT status, is_open, NOT is_open AS is_terminal, outcome_known, sort_order, label_en, label_zh
FROM (VALUES
    ('waiting', true, false, 1::bigint, 'Waiting', '等待中'),
    ('running', true, false, 2, 'Running', '运行中'),
    ('paused', true, false, 3, 'Paused', '已暂停'),
    ('succeeded', false, true, 4, 'Succeeded', '成功'),
    ('failed', false, true, 5, 'Failed', '失败'),
    ('cancelled', false, true, 6, 'Cancelled', '已取消'),
    ('finished', false, false, 7, 'Finished, outcome not told', '已结束（结果未告知）'),
    ('unknown', true, false, 8, 'Unknown', '未知')
) AS s (status, is_open, outcome_known, sort_order, label_en, label_zh);

COMMENT ON VIEW reporting.statuses IS 'One row for each status a task can have. / 任务可能的每种状态一行。';
COMMENT ON COLUMN reporting.statuses.status IS 'The status, as in all views. / 状态，与所有视图一致。';
COMMENT ON COLUMN reporting.statuses.is_open IS 'True where a task with this status can still change. / 处于该状态的任务仍可能变化时为真。';
COMMENT ON COLUMN reporting.statuses.is_terminal IS 'True where a task with this status has ended. / 处于该状态的任务已经结束时为真。';
COMMENT ON COLUMN reporting.statuses.outcome_known IS 'True where the provider told how the task ended: succeeded, failed or cancelled. / 云厂商已告知任务结果时为真：成功、失败或取消。';
COMMENT ON COLUMN reporting.statuses.sort_order IS 'The order in which to show statuses: that of a task''s life. / 状态的显示顺序，按任务的生命周期排列。';
COMMENT ON COLUMN reporting.statuses.label_en IS 'The status for people, in English. / 状态的英文名称。';
COMMENT ON COLUMN reporting.statuses.label_zh IS 'The status for people, in Chinese. / 状态的中文名称。';

-- Whole years, so that a year can be laid beside another; those before 1970 are a vendor's mistake.

CREATE VIEW reporting.calendar AS
SELECT
    d.at::date AS day,
    extract(year FROM d.at)::bigint AS year,
    extract(quarter FROM d.at)::bigint AS quarter,
    extract(month FROM d.at)::bigint AS month,
    extract(day FROM d.at)::bigint AS day_of_month,
    extract(isoyear FROM d.at)::bigint AS iso_year,
    extract(week FROM d.at)::bigint AS iso_week,
    extract(isodow FROM d.at)::bigint AS weekday,
    extract(isodow FROM d.at) >= 6 AS is_weekend,
    date_trunc('week', d.at)::date AS week_start,
    date_trunc('month', d.at)::date AS month_start,
    date_trunc('quarter', d.at)::date AS quarter_start,
    d.at AT TIME ZONE z.time_zone AS started_at,
    (d.at + interval '1 day') AT TIME ZONE z.time_zone AS ended_at
FROM sync.settings z
CROSS JOIN LATERAL (
    SELECT least(
        (SELECT min(lower(s.polled + s.swept)) FROM sync.streams s),
        (SELECT min(t.created_at) FROM sync.tasks t WHERE t.created_at >= '1970-01-01 00:00+00'),
        now()
    ) AS at
) first
CROSS JOIN LATERAL generate_series(
    date_trunc('year', first.at AT TIME ZONE z.time_zone),
    date_trunc('year', now() AT TIME ZONE z.time_zone) + interval '2 years' - interval '1 day',
    interval '1 day'
) AS d (at);

COMMENT ON VIEW reporting.calendar IS 'One row a day, from the year of the first task or of the first day that was read to the end of next year. / 每天一行，从最早的任务或最早读取到的日期所在年份到明年年底。';
COMMENT ON COLUMN reporting.calendar.day IS 'The day in the reporting time zone. Join facts on this. / 报表时区中的日期，与事实表按此列关联。';
COMMENT ON COLUMN reporting.calendar.year IS 'Year of the day. / 年。';
COMMENT ON COLUMN reporting.calendar.quarter IS 'Quarter of the year, 1 to 4. / 季度，1 到 4。';
COMMENT ON COLUMN reporting.calendar.month IS 'Month of the year, 1 to 12. / 月，1 到 12。';
COMMENT ON COLUMN reporting.calendar.day_of_month IS 'Day of the month, 1 to 31. / 当月第几天，1 到 31。';
COMMENT ON COLUMN reporting.calendar.iso_year IS 'Year that the ISO week belongs to. / ISO 周所属的年。';
COMMENT ON COLUMN reporting.calendar.iso_week IS 'ISO week of iso_year, 1 to 53. / ISO 周，1 到 53，属于 iso_year。';
COMMENT ON COLUMN reporting.calendar.weekday IS 'Day of the week: 1 is Monday, 7 is Sunday. / 星期几：1 为星期一，7 为星期日。';
COMMENT ON COLUMN reporting.calendar.is_weekend IS 'True on Saturday and Sunday; public holidays are not known. / 星期六和星期日为真；不含法定节假日。';
COMMENT ON COLUMN reporting.calendar.week_start IS 'Monday of the day''s week. / 所在周的星期一。';
COMMENT ON COLUMN reporting.calendar.month_start IS 'First day of the day''s month. / 所在月的第一天。';
COMMENT ON COLUMN reporting.calendar.quarter_start IS 'First day of the day''s quarter. / 所在季度的第一天。';
COMMENT ON COLUMN reporting.calendar.started_at IS 'The instant at which the day begins in the reporting time zone. / 该日在报表时区中开始的时刻。';
COMMENT ON COLUMN reporting.calendar.ended_at IS 'The instant at which it ends, itself not included: 23 to 25 hours later. / 该日结束的时刻（不含），比开始晚 23 到 25 小时。';
