-- A poll of each stream in each minute of the last ninety days, the default interval.
INSERT INTO sync.runs (
    stream_id, mode, status, epoch, started_at, begun_at, ended_at, inserted, updated, unchanged, pages, requests)
SELECT
    stream_id,
    CASE WHEN extract(hour FROM at) IN (0, 6, 12, 18) AND extract(minute FROM at) = 0 THEN 'sweep' ELSE 'poll' END,
    CASE WHEN random() < 0.005 THEN 'failed' ELSE 'succeeded' END,
    1, at, at, at + random() * interval '20 seconds',
    (random() * 40)::integer, (random() * 60)::integer, (random() * 400)::integer, 5, 5
FROM sync.streams, generate_series(%(end_at)s - interval '90 days', %(end_at)s, interval '1 minute') AS at
ORDER BY at
