-- Five sources with seven streams, all swept up to the end, except for one day of one stream.
WITH new_sources AS (
    INSERT INTO sync.sources (name, provider, site, account, key_hash, registered_at) VALUES
        ('mps-cn', 'tencent_mps', 'cn', '100001234567', 'a', %(begin_at)s),
        ('mps-intl', 'tencent_mps', 'intl', '200001234567', 'b', %(begin_at)s),
        ('tat', 'tencent_tat', 'cn', '100001234567', 'c', %(begin_at)s),
        ('robot-calls', 'alibaba_aiccs', '', 'LTAI****', 'd', %(begin_at)s),
        ('baidu-vod', 'baidu_vod', '', 'ALTAK****', 'e', %(begin_at)s)
    RETURNING source_id, provider
)
INSERT INTO sync.streams (
    source_id, region, registered_at, poll_every, sweep_every, retention, polled, swept,
    first_sweep_at, last_sweep_at, last_run_at)
SELECT
    source_id, region, %(begin_at)s, interval '1 minute', interval '6 hours', interval '7 days',
    tstzmultirange(tstzrange(%(begin_at)s, %(end_at)s)),
    tstzmultirange(tstzrange(%(begin_at)s, %(end_at)s - interval '2 hours'))
        - CASE WHEN region = 'ap-singapore'
            THEN tstzmultirange(tstzrange(%(end_at)s - interval '40 days', %(end_at)s - interval '39 days'))
            ELSE '{}' END,
    %(begin_at)s, %(end_at)s - interval '2 hours', %(end_at)s
FROM new_sources
CROSS JOIN LATERAL unnest(
    CASE WHEN provider = 'tencent_tat' THEN '{ap-guangzhou,ap-shanghai,ap-singapore}'::text[]
        ELSE '{global}' END) AS region
ORDER BY source_id, region
