CREATE OR REPLACE VIEW reporting.settings AS
SELECT
    time_zone,
    extract(epoch FROM queue_target)::float8 AS queue_target_seconds,
    extract(epoch FROM run_target)::float8 AS run_target_seconds,
    history_since,
    NOT EXISTS (SELECT FROM sync.dirty_hours d WHERE d.dirty_hour_id <= s.dirty_through) AS is_applied,
    least(
        (SELECT started_at FROM sync.runs ORDER BY run_id LIMIT 1),
        (SELECT first_seen_at FROM sync.tasks ORDER BY task_key LIMIT 1)
    ) AS observed_since
FROM sync.settings s;

COMMENT ON VIEW reporting.settings IS 'One row: the settings of the configuration that apply to all reports. / 仅一行：适用于所有报表的配置。';
COMMENT ON COLUMN reporting.settings.time_zone IS 'Reporting time zone: that of every column called day, hour or …_day. / 报表时区：所有名为 day、hour 或以 _day 结尾的列均按此时区计算。';
COMMENT ON COLUMN reporting.settings.queue_target_seconds IS 'Seconds within which a task should start, as counted in slo_daily. / 任务应在多少秒内开始运行，slo_daily 按此统计。';
COMMENT ON COLUMN reporting.settings.run_target_seconds IS 'Seconds within which a started task should end, as counted in slo_daily. / 任务开始运行后应在多少秒内结束，slo_daily 按此统计。';
COMMENT ON COLUMN reporting.settings.history_since IS 'Former states that were replaced before this instant were deleted, as the configuration demands; null if none were deleted. / 在此时刻之前被替换的历史状态已按配置删除；从未删除时为空。';
COMMENT ON COLUMN reporting.settings.is_applied IS 'False after a change of the settings, until all daily and hourly numbers have been computed with them; until then some are of the former settings. / 配置变更后，在所有按天和按小时的统计用新配置重新计算完成之前为假；在此之前，部分统计仍按旧配置计算。';
COMMENT ON COLUMN reporting.settings.observed_since IS 'Start of the first run, on the provider''s clock: nothing is known of the states before it. Null before the first run. / 首次运行的开始时间，以厂商时钟为准；在此之前的状态未知。首次运行之前为空。';
