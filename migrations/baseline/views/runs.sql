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

COMMENT ON VIEW reporting.runs IS 'One row for each reading of a source''s list in one region. / 对一个数据源的一个地域的每次读取一行。';
COMMENT ON COLUMN reporting.runs.run_id IS 'Identifies the run; later runs have larger ones. / 一次读取的唯一标识，越晚越大。';
COMMENT ON COLUMN reporting.runs.source_key IS 'Identifies the source in all views; stays when the source is renamed. / 数据源在所有视图中的唯一标识，数据源改名后不变。';
COMMENT ON COLUMN reporting.runs.source IS 'Name of the source in the configuration. / 配置文件中数据源的名称。';
COMMENT ON COLUMN reporting.runs.provider IS 'API it was read from: tencent_mps, tencent_tat, alibaba_aiccs, baidu_vod. / 所读取的云接口：tencent_mps、tencent_tat、alibaba_aiccs、baidu_vod。';
COMMENT ON COLUMN reporting.runs.region IS 'Region of the cloud; global where the provider has none. / 云的地域；没有地域之分时为 global。';
COMMENT ON COLUMN reporting.runs.mode IS 'poll: reads as deep as it must; sweep: reads everything the provider still shows. / poll 只读到必要的深度；sweep 读取云厂商仍显示的全部内容。';
COMMENT ON COLUMN reporting.runs.status IS 'running, succeeded, failed, or interrupted, which goes on from where it stopped. / running 进行中、succeeded 成功、failed 失败、interrupted 被中断（会从中断处继续）。';
COMMENT ON COLUMN reporting.runs.started_at IS 'When it began, on the provider''s clock. / 开始时间（云厂商时钟）。';
COMMENT ON COLUMN reporting.runs.begun_at IS 'When it began, on the database''s clock. / 开始时间（数据库时钟）。';
COMMENT ON COLUMN reporting.runs.ended_at IS 'When it ended, on the database''s clock; null while it runs. / 结束时间（数据库时钟）；进行中为空。';
COMMENT ON COLUMN reporting.runs.day IS 'Day of begun_at in the reporting time zone. / begun_at 在报表时区中的日期。';
COMMENT ON COLUMN reporting.runs.seconds IS 'Seconds from begun_at to ended_at; null while it runs. / 从 begun_at 到 ended_at 的秒数；进行中为空。';
COMMENT ON COLUMN reporting.runs.error IS 'What went wrong; null where nothing did. / 出错原因；没有出错时为空。';
COMMENT ON COLUMN reporting.runs.inserted IS 'How many tasks were seen for the first time. / 首次看到的任务数。';
COMMENT ON COLUMN reporting.runs.updated IS 'How many states of known tasks were new. / 已知任务的新状态数。';
COMMENT ON COLUMN reporting.runs.unchanged IS 'How many sightings told nothing new. / 没有变化的观测次数。';
COMMENT ON COLUMN reporting.runs.rejected IS 'How many records could not become a task. / 无法成为任务的记录数。';
COMMENT ON COLUMN reporting.runs.late IS 'How many of the inserted tasks an earlier run should have seen. / 新任务中本应由之前的读取看到的数量。';
COMMENT ON COLUMN reporting.runs.lost IS 'How many open tasks had left the list. / 未结束就从列表消失的任务数。';
COMMENT ON COLUMN reporting.runs.pages IS 'How many pages were read. / 读取的页数。';
COMMENT ON COLUMN reporting.runs.requests IS 'How many requests it took, retries included. / 请求次数，包括重试。';
