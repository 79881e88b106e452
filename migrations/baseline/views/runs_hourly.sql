CREATE OR REPLACE VIEW reporting.runs_hourly AS
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

COMMENT ON VIEW reporting.runs_hourly IS 'Readings that have ended, by the hour in which they began: one row for each source, region, mode and status. / 按开始小时统计的已结束的读取：每个数据源、地域、方式和状态一行。';
COMMENT ON COLUMN reporting.runs_hourly.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.runs_hourly.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.runs_hourly.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.runs_hourly.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.runs_hourly.day IS 'Day of begun_at in the reporting time zone. / begun_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.runs_hourly.hour_at IS 'The instant at which the hour begins. / 该小时开始的时刻。';
COMMENT ON COLUMN reporting.runs_hourly.hour IS 'The hour in the reporting time zone, 0 to 23. Where the clock goes back it comes twice in a day. / 报表时区中的小时，0 到 23；时钟回拨的那天会出现两次。';
COMMENT ON COLUMN reporting.runs_hourly.mode IS 'poll: reads as deep as it must; sweep: reads everything the provider still shows. / poll 只读到必要的深度；sweep 读取云厂商仍显示的全部内容。';
COMMENT ON COLUMN reporting.runs_hourly.status IS 'succeeded, failed, or interrupted, which goes on from where it stopped. / succeeded 成功、failed 失败、interrupted 被中断（会从中断处继续）。';
COMMENT ON COLUMN reporting.runs_hourly.runs IS 'How many runs. / 读取次数。';
COMMENT ON COLUMN reporting.runs_hourly.seconds_sum IS 'Seconds that they took together. An average over any rows is the sum of these over the sum of runs. / 总共用时的秒数；任意多行的平均值等于本列之和除以 runs 之和。';
COMMENT ON COLUMN reporting.runs_hourly.seconds_max IS 'Seconds that the longest of them took. / 其中最长一次的秒数。';
COMMENT ON COLUMN reporting.runs_hourly.inserted IS 'How many tasks were seen for the first time. / 首次看到的任务数。';
COMMENT ON COLUMN reporting.runs_hourly.updated IS 'How many states of known tasks were new. / 已知任务的新状态数。';
COMMENT ON COLUMN reporting.runs_hourly.unchanged IS 'How many sightings told nothing new. / 没有变化的观测次数。';
COMMENT ON COLUMN reporting.runs_hourly.rejected IS 'How many records could not become a task. / 无法成为任务的记录数。';
COMMENT ON COLUMN reporting.runs_hourly.late IS 'How many of the inserted tasks an earlier run should have seen. / 新任务中本应由之前的读取看到的数量。';
COMMENT ON COLUMN reporting.runs_hourly.lost IS 'How many open tasks had left the list. / 未结束就从列表消失的任务数。';
COMMENT ON COLUMN reporting.runs_hourly.pages IS 'How many pages were read. / 读取的页数。';
COMMENT ON COLUMN reporting.runs_hourly.requests IS 'How many requests it took, retries included. / 请求次数，包括重试。';
