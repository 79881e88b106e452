-- Whole years, so that years can be compared. No task is older than 2006, see syncer/model/instants.py.
CREATE OR REPLACE VIEW reporting.calendar AS
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
        (SELECT min(t.created_at) FROM sync.tasks t WHERE t.created_at >= '2006-01-01 00:00+00'),
        now()
    ) AS at
) first
CROSS JOIN LATERAL generate_series(
    date_trunc('year', first.at AT TIME ZONE z.time_zone),
    date_trunc('year', now() AT TIME ZONE z.time_zone) + interval '2 years' - interval '1 day',
    interval '1 day'
) AS d (at);

COMMENT ON VIEW reporting.calendar IS 'One row per day, from the year of the first task or of the first day that was read, to the end of next year. / 每天一行，从最早的任务或最早读取到的日期所在的年份，到明年年底。';
COMMENT ON COLUMN reporting.calendar.day IS 'Day in the reporting time zone. Join facts on this column. / 报表时区中的日期；事实视图按此列关联。';
COMMENT ON COLUMN reporting.calendar.year IS 'Year. / 年。';
COMMENT ON COLUMN reporting.calendar.quarter IS 'Quarter of the year, 1 to 4. / 季度，1 到 4。';
COMMENT ON COLUMN reporting.calendar.month IS 'Month of the year, 1 to 12. / 月份，1 到 12。';
COMMENT ON COLUMN reporting.calendar.day_of_month IS 'Day of the month, 1 to 31. / 当月的第几天，1 到 31。';
COMMENT ON COLUMN reporting.calendar.iso_year IS 'Year that the ISO week belongs to. / ISO 周所属的年份。';
COMMENT ON COLUMN reporting.calendar.iso_week IS 'ISO week of iso_year, 1 to 53. / iso_year 中的 ISO 周，1 到 53。';
COMMENT ON COLUMN reporting.calendar.weekday IS 'Day of the week: 1 is Monday, 7 is Sunday. / 星期几：1 为星期一，7 为星期日。';
COMMENT ON COLUMN reporting.calendar.is_weekend IS 'True on Saturday and Sunday. Public holidays are not included. / 星期六和星期日为真；不考虑法定节假日。';
COMMENT ON COLUMN reporting.calendar.week_start IS 'Monday of the week. / 当周的星期一。';
COMMENT ON COLUMN reporting.calendar.month_start IS 'First day of the month. / 当月的第一天。';
COMMENT ON COLUMN reporting.calendar.quarter_start IS 'First day of the quarter. / 当季的第一天。';
COMMENT ON COLUMN reporting.calendar.started_at IS 'Instant at which the day begins in the reporting time zone. / 该日在报表时区中开始的时刻。';
COMMENT ON COLUMN reporting.calendar.ended_at IS 'Instant at which the day ends, exclusive: 23 to 25 hours later. / 该日结束的时刻（不含），比开始时刻晚 23 到 25 小时。';
