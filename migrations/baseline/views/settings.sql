CREATE OR REPLACE VIEW reporting.settings AS
SELECT
    time_zone,
    extract(epoch FROM queue_target)::float8 AS queue_target_seconds,
    extract(epoch FROM run_target)::float8 AS run_target_seconds,
    history_since
FROM sync.settings;

COMMENT ON VIEW reporting.settings IS 'One row: the settings of the configuration that apply to all reports. / 仅一行：适用于所有报表的配置。';
COMMENT ON COLUMN reporting.settings.time_zone IS 'Reporting time zone: that of every column called day, hour or …_day. / 报表时区：所有名为 day、hour 或以 _day 结尾的列均按此时区计算。';
COMMENT ON COLUMN reporting.settings.queue_target_seconds IS 'Seconds within which a task should start, as counted in slo_daily. / 任务应在多少秒内开始运行，slo_daily 按此统计。';
COMMENT ON COLUMN reporting.settings.run_target_seconds IS 'Seconds within which a started task should end, as counted in slo_daily. / 任务开始运行后应在多少秒内结束，slo_daily 按此统计。';
COMMENT ON COLUMN reporting.settings.history_since IS 'Former states that were replaced before this instant were deleted, as the configuration demands; null if none were deleted. / 在此时刻之前被替换的历史状态已按配置删除；从未删除时为空。';
