-- Ninety days of five sources, made up inside the database: something to look at for dashboards and queries.
-- Run it in one transaction on a migrated database without rows. `sample.share` is the share of the tasks to
-- make, of some 1,300 a day. One source had an outage a month ago, one another the day before yesterday, and a
-- bad day three weeks ago; one does not tell how its tasks end.

SELECT setseed(0.4);
UPDATE sync.settings SET time_zone = 'Asia/Shanghai';

-- A number that is 0 on average and within ±1 two times out of three.
CREATE FUNCTION pg_temp.normal() RETURNS float8 LANGUAGE sql VOLATILE
RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());

CREATE TEMPORARY TABLE sample_streams (
    source text, provider text, site text, account text, region text, per_day float8, retention interval
) ON COMMIT DROP;
INSERT INTO sample_streams VALUES
    ('mps-cn', 'tencent_mps', 'cn', '100012345678', 'global', 600, '7 days'),
    ('mps-intl', 'tencent_mps', 'intl', '200098765432', 'global', 150, '7 days'),
    ('tat', 'tencent_tat', 'cn', '100012345678', 'ap-guangzhou', 260, NULL),
    ('tat', 'tencent_tat', 'cn', '100012345678', 'ap-singapore', 80, NULL),
    ('robot-calls', 'alibaba_aiccs', 'cn', '1234567890123456', 'global', 14, NULL),
    ('vod', 'baidu_vod', 'cn', '8f0c3a5d', 'global', 190, '7 days');

CREATE TEMPORARY TABLE sample_types (
    provider text, task_type text, above float8, up_to float8,
    queue_seconds float8, run_seconds float8, failed float8
) ON COMMIT DROP;
INSERT INTO sample_types VALUES
    ('tencent_mps', 'WorkflowTask', 0, .68, 4, 95, .045),
    ('tencent_mps', 'EditMediaTask', .68, .88, 6, 240, .03),
    ('tencent_mps', 'LiveProcessTask', .88, .95, 2, 1500, .02),
    ('tencent_mps', 'ScheduleTask', .95, 1, 9, 60, .06),
    ('tencent_tat', 'SHELL', 0, .84, 1.5, 12, .07),
    ('tencent_tat', 'POWERSHELL', .84, 1, 2.5, 20, .11),
    ('alibaba_aiccs', NULL, 0, 1, 1800, 14400, 0),
    ('baidu_vod', 'WORKFLOW', 0, .75, 8, 180, .025),
    ('baidu_vod', 'PRESET', .75, 1, 5, 70, .04);

CREATE TEMPORARY TABLE sample_words (provider text, nth integer, name text, error_code text, error_message text)
ON COMMIT DROP;
INSERT INTO sample_words VALUES
    ('tencent_mps', 0, '夏季新品宣传片.mp4', 'FailedOperation.SourceFileNotExist', '源文件不存在'),
    ('tencent_mps', 1, '直播回放_第12期.flv', 'FailedOperation.MediaDecodeError', '媒体文件解码失败'),
    ('tencent_mps', 2, 'onboarding-en.mov', 'InternalError.Timeout', '处理超时，请稍后重试'),
    ('tencent_tat', 0, '重启 nginx', 'TASK_FAILED', '命令退出码 1'),
    ('tencent_tat', 1, '磁盘巡检', 'TASK_TIMEOUT', '命令执行超时'),
    ('tencent_tat', 2, 'deploy-web', 'AGENT_NOT_RUNNING', '实例上的自动化助手不在线'),
    ('alibaba_aiccs', 0, '双十一回访', NULL, NULL),
    ('alibaba_aiccs', 1, '会员续费提醒', NULL, NULL),
    ('alibaba_aiccs', 2, '满意度调查', NULL, NULL),
    ('baidu_vod', 0, '公开课-线性代数.mp4', 'TranscodingFailed', '转码失败：不支持的编码格式'),
    ('baidu_vod', 1, '招生简章.mp4', 'MediaNotFound', '媒资已被删除'),
    ('baidu_vod', 2, 'lecture-07.mp4', 'TranscodingFailed', '转码失败：文件已损坏');

-- Who is read, and what of it

INSERT INTO sync.sources (name, provider, site, account, key_hash, registered_at)
SELECT source, provider, site, account, md5(source), now() - interval '89 days'
FROM sample_streams GROUP BY source, provider, site, account ORDER BY min(per_day) DESC;

INSERT INTO sync.streams
    (source_id, region, registered_at, poll_every, sweep_every, retention, polled, swept, lookback, first_sweep_at)
SELECT
    o.source_id, s.region, o.registered_at, '5 minutes', '6 hours', s.retention,
    covered.polled, covered.polled * tstzmultirange(tstzrange(NULL, now() - interval '5 hours')),
    '1 hour', o.registered_at
FROM sample_streams s
JOIN sync.sources o ON o.name = s.source
CROSS JOIN LATERAL (
    SELECT tstzmultirange(tstzrange(now() - interval '89 days', now() - interval '4 minutes'))
        - CASE s.source || '/' || s.region
            WHEN 'mps-cn/global' THEN
                tstzmultirange(tstzrange(now() - interval '33 days', now() - interval '31 days 9 hours'))
            WHEN 'vod/global' THEN
                tstzmultirange(tstzrange(now() - interval '52 hours', now() - interval '38 hours'))
            WHEN 'tat/ap-singapore' THEN
                tstzmultirange(tstzrange(now() - interval '58 days', now() - interval '56 days 18 hours'))
            ELSE '{}'
        END AS polled
) covered;

UPDATE sync.streams SET last_run_at = now() - interval '4 minutes', last_sweep_at = now() - interval '5 hours';

-- How it was read: a sweep every six hours, a poll every quarter of an hour for the last month

INSERT INTO sync.runs (
    stream_id, mode, status, epoch, started_at, begun_at, ended_at, error,
    inserted, updated, unchanged, rejected, late, lost, pages, requests)
SELECT
    r.stream_id, r.mode, CASE WHEN r.error IS NULL THEN 'succeeded' ELSE 'failed' END, 1, r.at, r.at,
    r.at + r.seconds * interval '1 second', r.error,
    CASE WHEN r.error IS NULL THEN floor(r.busy * (1 + random()))::bigint ELSE 0 END,
    CASE WHEN r.error IS NULL THEN floor(r.busy * 2 * random())::bigint ELSE 0 END,
    CASE WHEN r.error IS NULL THEN floor(r.busy * CASE r.mode WHEN 'sweep' THEN 400 ELSE 9 END)::bigint ELSE 0 END,
    (random() < .002)::integer,
    CASE WHEN r.mode = 'sweep' AND random() < .04 THEN 1 + floor(random() * 3)::bigint ELSE 0 END,
    CASE WHEN r.mode = 'sweep' AND random() < .01 THEN 1 ELSE 0 END,
    1 + floor(r.seconds / 2)::bigint, 1 + floor(r.seconds / 2)::bigint + (r.error IS NOT NULL)::integer * 3
FROM (
    SELECT
        s.stream_id, runs.mode, runs.at, spec.per_day * runs.share / 96 AS busy,
        CASE runs.mode WHEN 'sweep' THEN 15 + spec.per_day / 8 ELSE 2 + spec.per_day / 90 END
            * exp(.4 * pg_temp.normal()) AS seconds,
        CASE
            WHEN NOT s.polled @> runs.at THEN 'connection refused: the provider did not answer'
            WHEN random() < .004 THEN 'RequestLimitExceeded: 请求频率超过限制'
            WHEN random() < .001 THEN 'timed out after 30 s'
        END AS error
    FROM sync.streams s
    JOIN sync.sources o ON o.source_id = s.source_id
    JOIN sample_streams spec ON spec.source = o.name AND spec.region = s.region
    CROSS JOIN LATERAL (
        SELECT 'sweep' AS mode, 24 AS share, at
        FROM generate_series(now() - interval '89 days', now() - interval '5 hours', interval '6 hours') AS at
        UNION ALL
        SELECT 'poll', 1, at
        FROM generate_series(now() - interval '30 days', now() - interval '4 minutes', interval '15 minutes') AS at
    ) runs
) r
ORDER BY r.at;

-- Tasks: fewer at weekends, most in office hours, slowly more of them

CREATE TEMPORARY TABLE sample_tasks ON COMMIT DROP AS
SELECT
    made.*,
    made.created_at + made.queue_seconds * interval '1 second' AS started_at,
    made.created_at + (made.queue_seconds + made.run_seconds) * interval '1 second' AS finished_at,
    CASE
        WHEN made.source = 'mps-intl' THEN 'finished'
        WHEN made.luck < made.failed * CASE WHEN made.is_bad_day THEN 6 ELSE 1 END THEN 'failed'
        WHEN made.luck > .985 THEN 'cancelled'
        ELSE 'succeeded'
    END AS outcome
FROM (
    SELECT
        row_number() OVER (ORDER BY born.created_at) AS nth,
        row_number() OVER (PARTITION BY born.source ORDER BY born.created_at DESC) AS nth_last,
        born.stream_id, born.source, born.provider, born.created_at, born.is_bad_day, kind.task_type, kind.failed,
        random() AS luck,
        kind.queue_seconds * exp(.9 * pg_temp.normal())
            -- Just now much is waiting.
            * CASE WHEN born.created_at > now() - interval '40 minutes' THEN 200 WHEN born.is_bad_day THEN 7 ELSE 1 END
            AS queue_seconds,
        kind.run_seconds * exp(.7 * pg_temp.normal()) AS run_seconds
    FROM (
        SELECT
            s.stream_id, o.name AS source, o.provider, at.created_at, random() AS luck,
            o.name = 'mps-cn' AND at.created_at::date = (now() - interval '22 days')::date AS is_bad_day,
            s.polled
        FROM sync.streams s
        JOIN sync.sources o ON o.source_id = s.source_id
        JOIN sample_streams spec ON spec.source = o.name AND spec.region = s.region
        CROSS JOIN generate_series(0, 89) AS ago
        CROSS JOIN LATERAL (
            SELECT date_trunc('day', now(), 'Asia/Shanghai') - ago * interval '1 day' AS began_at
        ) day
        CROSS JOIN LATERAL generate_series(1, greatest(1, (
            spec.per_day * coalesce(nullif(current_setting('sample.share', true), '')::float8, 1)
            * CASE WHEN extract(isodow FROM day.began_at AT TIME ZONE 'Asia/Shanghai') > 5 THEN .45 ELSE 1 END
            * (1.25 - ago * .005) * (.85 + .3 * random())
        )::integer)) AS nth_of_day
        CROSS JOIN LATERAL (
            -- Without a word of the row before, it would be the same for all.
            SELECT day.began_at + ((nth_of_day * 24 + 14 + 4.2 * pg_temp.normal())::numeric % 24)::float8
                * interval '1 hour' AS created_at
        ) at
    ) born
    JOIN sample_types kind ON kind.provider = born.provider AND born.luck > kind.above AND born.luck <= kind.up_to
    WHERE born.polled @> born.created_at AND born.created_at < now() - interval '4 minutes'
) made;

INSERT INTO sync.tasks (
    stream_id, task_id, name, task_type, status, provider_status, created_at, started_at, finished_at,
    progress_done, progress_total, resource_id, error_code, error_message, raw, fingerprint, raw_altered, version,
    changed_fields, first_seen_at, requested_at, observed_after, observed_at, lost_at, run_id, request_id)
SELECT
    t.stream_id, t.task_id, w.name, t.task_type, t.status, upper(t.status), t.created_at,
    CASE WHEN t.status <> 'waiting' AND t.provider <> 'baidu_vod' THEN t.started_at END,
    CASE WHEN t.version = 3 AND t.provider <> 'alibaba_aiccs' THEN t.finished_at END,
    CASE WHEN t.provider = 'alibaba_aiccs' THEN floor(t.luck * 400) END,
    CASE WHEN t.provider = 'alibaba_aiccs' THEN 400 END,
    'res-' || t.nth % 40,
    CASE WHEN t.status = 'failed' THEN w.error_code END,
    CASE WHEN t.status = 'failed' THEN w.error_message END,
    '{}', decode(md5(t.task_id), 'hex'), false, t.version, CASE WHEN t.version > 1 THEN '{status}'::text[] END,
    t.seen_at, least(t.changed_at, now()), t.changed_at - interval '3 minutes', least(t.changed_at, now()),
    CASE WHEN t.status = 'running' AND t.created_at < now() - interval '7 days' THEN now() - interval '1 hour' END,
    (SELECT max(run_id) FROM sync.runs), 'req-' || t.nth
FROM (
    SELECT
        m.*, left(m.provider, 1) || '-' || (2200000000000000000 + m.nth * 7919) AS task_id, state.status,
        CASE state.status WHEN 'waiting' THEN 1 WHEN 'running' THEN 2 WHEN 'paused' THEN 2 ELSE 3 END AS version,
        m.created_at + interval '1 minute' AS seen_at,
        CASE state.status
            WHEN 'waiting' THEN m.created_at WHEN 'running' THEN m.started_at WHEN 'paused' THEN m.started_at
            ELSE m.finished_at
        END + interval '1 minute' AS changed_at
    FROM sample_tasks m
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN m.started_at > now() THEN 'waiting'
            -- A few never end; of each source one is young, even at night, when nobody else works.
            WHEN m.finished_at > now() OR m.luck BETWEEN .5 AND .5004 OR m.nth_last = 5 THEN
                CASE WHEN m.provider = 'alibaba_aiccs' AND m.nth % 4 = 0 THEN 'paused' ELSE 'running' END
            ELSE m.outcome
        END AS status
    ) state
) t
JOIN sample_words w ON w.provider = t.provider AND w.nth = t.nth % 3
ORDER BY t.nth;

-- What they were before

SELECT sync.create_partitions(now() - interval '3 months', 4);

INSERT INTO sync.task_versions (
    stream_id, task_id, task_key, name, task_type, status, provider_status, created_at, started_at, raw,
    fingerprint, raw_altered, version, changed_fields, observed_after, requested_at, observed_at, next_observed_at,
    status_seen_at, former_status, former_seen_at, run_id, request_id, replaced_at)
SELECT
    t.stream_id, t.task_id, t.task_key, t.name, t.task_type, state.status, upper(state.status), t.created_at,
    CASE WHEN state.version > 1 THEN t.started_at END, '{}', decode(md5(t.task_id || state.version), 'hex'), false,
    state.version, CASE WHEN state.version > 1 THEN '{status}'::text[] END,
    state.observed_at - interval '3 minutes', state.observed_at, state.observed_at, state.next_observed_at, state.observed_at,
    CASE state.version WHEN 2 THEN 'waiting' END, CASE state.version WHEN 2 THEN seen.first_at END,
    t.run_id, t.request_id, state.next_observed_at
FROM sync.tasks t
CROSS JOIN LATERAL (
    SELECT least(t.first_seen_at, t.observed_at) AS first_at,
        greatest(t.first_seen_at, least(coalesce(t.started_at, t.created_at) + interval '1 minute', t.observed_at))
            AS second_at
) seen
CROSS JOIN LATERAL (VALUES
    (1, 'waiting', seen.first_at, CASE WHEN t.version = 2 THEN t.observed_at ELSE seen.second_at END),
    (2, 'running', seen.second_at, t.observed_at)
) AS state (version, status, observed_at, next_observed_at)
WHERE state.version < t.version;

UPDATE sync.tasks t SET status_seen_at = t.observed_at, former_status = v.status, former_seen_at = v.observed_at
FROM sync.task_versions v
WHERE v.task_key = t.task_key AND v.version = t.version - 1 AND v.status <> t.status;
