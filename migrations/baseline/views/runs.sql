CREATE OR REPLACE VIEW reporting.runs AS
SELECT
    r.run_id,
    o.source_id AS source_key,
    o.name AS source,
    o.provider,
    s.region,
    r.mode,
    r.status,
    r.started_at,
    r.begun_at,
    r.ended_at,
    (r.begun_at AT TIME ZONE (SELECT time_zone FROM sync.settings))::date AS day,
    CASE WHEN r.ended_at >= r.begun_at THEN extract(epoch FROM r.ended_at - r.begun_at)::float8 END AS seconds,
    r.error,
    r.inserted,
    r.updated,
    r.unchanged,
    r.rejected,
    r.late,
    r.lost,
    r.pages,
    r.requests
FROM sync.runs r
JOIN sync.streams s ON s.stream_id = r.stream_id
JOIN sync.sources o ON o.source_id = s.source_id;

COMMENT ON VIEW reporting.runs IS 'One row per run: one reading of a source''s list in one region. / 每次运行一行，即对数据源在一个地域的列表的一次读取。';
COMMENT ON COLUMN reporting.runs.run_id IS 'Key of the run; later runs have larger keys. / 运行的唯一键，越晚的运行越大。';
COMMENT ON COLUMN reporting.runs.source_key IS 'Key of the source in all views; a renamed source keeps it. / 数据源的唯一键，在所有视图中一致；数据源改名后保持不变。';
COMMENT ON COLUMN reporting.runs.source IS 'Name of the source in the configuration. / 数据源在配置文件中的名称。';
COMMENT ON COLUMN reporting.runs.provider IS 'Key of the provider, such as baidu_vod. / provider 的标识，例如 baidu_vod。';
COMMENT ON COLUMN reporting.runs.region IS 'Region of the cloud; global if the provider has no regions. / 云地域；不区分地域时为 global。';
COMMENT ON COLUMN reporting.runs.mode IS 'poll: reads only as deep as necessary; sweep: reads everything the provider still shows. / poll（轮询）只读到必要的深度；sweep（全量读取）读取厂商仍显示的全部内容。';
COMMENT ON COLUMN reporting.runs.status IS 'running, succeeded, failed, or interrupted (continues from its checkpoint). / running 运行中、succeeded 成功、failed 失败、interrupted 已中断（之后从检查点继续）。';
COMMENT ON COLUMN reporting.runs.started_at IS 'Start of the run, on the provider''s clock. / 运行的开始时间，以厂商时钟为准。';
COMMENT ON COLUMN reporting.runs.begun_at IS 'Start of the run, on the database''s clock. / 运行的开始时间，以数据库时钟为准。';
COMMENT ON COLUMN reporting.runs.ended_at IS 'End of the run, on the database''s clock; null while it is running. / 运行的结束时间，以数据库时钟为准；运行中为空。';
COMMENT ON COLUMN reporting.runs.day IS 'Day of begun_at in the reporting time zone. / begun_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.runs.seconds IS 'Seconds from begun_at to ended_at; null while the run is running. / 从 begun_at 到 ended_at 的秒数；运行中为空。';
COMMENT ON COLUMN reporting.runs.error IS 'Error of the run; null if there was none. / 运行的错误信息；没有错误时为空。';
COMMENT ON COLUMN reporting.runs.inserted IS 'Number of tasks that were observed for the first time. / 首次观测到的任务数。';
COMMENT ON COLUMN reporting.runs.updated IS 'Number of new states of known tasks. / 已知任务的新状态数。';
COMMENT ON COLUMN reporting.runs.unchanged IS 'Number of observations without a change. / 没有变化的观测次数。';
COMMENT ON COLUMN reporting.runs.rejected IS 'Number of records that cannot be stored as a task. / 无法作为任务入库的记录数。';
COMMENT ON COLUMN reporting.runs.late IS 'Number of the inserted tasks that an earlier run should have shown. / 首次观测到的任务中，本应由更早的运行读到的任务数。';
COMMENT ON COLUMN reporting.runs.lost IS 'Number of open tasks that had left the list. / 尚未结束就从列表中消失的任务数。';
COMMENT ON COLUMN reporting.runs.pages IS 'Number of pages that were read. / 读取的页数。';
COMMENT ON COLUMN reporting.runs.requests IS 'Number of requests, including retries. / 请求次数，包括重试。';
