-- Number of tasks created in each hour of two years: growth, office hours in Shanghai, weekends, and bursts.
CREATE TEMPORARY TABLE hours AS
WITH weighed AS (
    SELECT
        hour_at,
        (0.5 + extract(epoch FROM hour_at - %(begin_at)s) / extract(epoch FROM %(end_at)s - %(begin_at)s))
        * CASE WHEN extract(isodow FROM local) > 5 THEN 0.55 ELSE 1 END
        * (0.25 + greatest(0, sin(pi() * (extract(hour FROM local) - 6) / 17)))
        * CASE WHEN random() < 0.01 THEN 5 ELSE 0.8 + 0.4 * random() END AS weight
    FROM generate_series(%(begin_at)s, %(end_at)s - interval '1 hour', interval '1 hour') AS hour_at,
        LATERAL (SELECT hour_at AT TIME ZONE 'Asia/Shanghai' AS local) AS clock
), summed AS (
    SELECT hour_at, sum(weight) OVER (ORDER BY hour_at) / sum(weight) OVER () AS share FROM weighed
)
SELECT
    hour_at,
    (round(share * %(tasks)s) - round(lag(share, 1, 0.0) OVER (ORDER BY hour_at) * %(tasks)s))::integer AS tasks
FROM summed
