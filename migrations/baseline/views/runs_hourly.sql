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

COMMENT ON VIEW reporting.runs_hourly IS 'Ended runs by the hour in which they began: one row per source, region, mode and status. / 已结束的运行，按开始时间所在的小时统计：每个数据源、地域、方式和状态一行。';
COMMENT ON COLUMN reporting.runs_hourly.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.runs_hourly.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.runs_hourly.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.runs_hourly.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.runs_hourly.day IS 'Day of begun_at in the reporting time zone. / begun_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.runs_hourly.hour_at IS 'Instant at which the hour begins. / 该小时开始的时刻。';
COMMENT ON COLUMN reporting.runs_hourly.hour IS 'Hour in the reporting time zone, 0 to 23. On the day on which the clock goes back, one hour occurs twice. / 报表时区中的小时，0 到 23；时钟回拨当天有一个小时会出现两次。';
COMMENT ON COLUMN reporting.runs_hourly.mode IS 'poll: reads only as deep as necessary; sweep: reads everything the provider still shows. / poll（轮询）只读到必要的深度；sweep（全量读取）读取厂商仍显示的全部内容。';
COMMENT ON COLUMN reporting.runs_hourly.status IS 'succeeded, failed, or interrupted (continues from its checkpoint). / succeeded 成功、failed 失败、interrupted 已中断（之后从检查点继续）。';
COMMENT ON COLUMN reporting.runs_hourly.runs IS 'Number of runs. / 运行次数。';
COMMENT ON COLUMN reporting.runs_hourly.seconds_sum IS 'Sum of the durations of the runs in seconds. The average over any rows is the sum of this column divided by the sum of runs. / 各次运行的秒数之和；任意多行的平均值等于本列之和除以 runs 之和。';
COMMENT ON COLUMN reporting.runs_hourly.seconds_max IS 'Seconds of the longest run. / 最长一次运行的秒数。';
COMMENT ON COLUMN reporting.runs_hourly.inserted IS 'Number of tasks that were observed for the first time. / 首次观测到的任务数。';
COMMENT ON COLUMN reporting.runs_hourly.updated IS 'Number of new states of known tasks. / 已知任务的新状态数。';
COMMENT ON COLUMN reporting.runs_hourly.unchanged IS 'Number of observations without a change. / 没有变化的观测次数。';
COMMENT ON COLUMN reporting.runs_hourly.rejected IS 'Number of records that cannot be stored as a task. / 无法作为任务入库的记录数。';
COMMENT ON COLUMN reporting.runs_hourly.late IS 'Number of the inserted tasks that an earlier run should have shown. / 首次观测到的任务中，本应由更早的运行读到的任务数。';
COMMENT ON COLUMN reporting.runs_hourly.lost IS 'Number of open tasks that had left the list. / 尚未结束就从列表中消失的任务数。';
COMMENT ON COLUMN reporting.runs_hourly.pages IS 'Number of pages that were read. / 读取的页数。';
COMMENT ON COLUMN reporting.runs_hourly.requests IS 'Number of requests, including retries. / 请求次数，包括重试。';
