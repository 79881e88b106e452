CREATE OR REPLACE VIEW reporting.settings AS
SELECT
    time_zone,
    extract(epoch FROM queue_target)::float8 AS queue_target_seconds,
    extract(epoch FROM run_target)::float8 AS run_target_seconds,
    history_since
FROM sync.settings;

COMMENT ON VIEW reporting.settings IS 'One row: what the configuration says of all reports. / 仅一行：配置中适用于所有报表的设置。';
COMMENT ON COLUMN reporting.settings.time_zone IS 'The reporting time zone: that of every column called day, hour or …_day. / 报表时区：所有名为 day、hour 或以 _day 结尾的列均按此时区。';
COMMENT ON COLUMN reporting.settings.queue_target_seconds IS 'Seconds within which a task should begin, as slo_daily counts. / 任务应在多少秒内开始，slo_daily 按此统计。';
COMMENT ON COLUMN reporting.settings.run_target_seconds IS 'Seconds within which a task that has begun should end, as slo_daily counts. / 任务开始后应在多少秒内结束，slo_daily 按此统计。';
COMMENT ON COLUMN reporting.settings.history_since IS 'Former states that were replaced before this instant are gone, for the configuration wants no more of them; null where nothing was ever removed. / 在此时刻之前被替换的历史状态已按配置删除；从未删除时为空。';
