-- The tasks created in some hours of `hours`, in the order of creation, each in its last state.
WITH kinds (kind, stream, share_from, share_to, task_type, queue_mean, queue_spread, run_mean, run_spread, failing) AS (
    VALUES
        ('mps', 1, 0.000, 0.300, 'WorkflowTask', 2.5, 1.2, 4.5, 1.1, 0.04),
        ('mps', 1, 0.300, 0.340, 'EditMediaTask', 2.0, 1.0, 5.0, 0.8, 0.02),
        ('mps', 1, 0.340, 0.370, 'ScheduleTask', 3.0, 1.0, 5.5, 0.9, 0.06),
        ('mps', 2, 0.370, 0.440, 'WorkflowTask', 2.2, 1.1, 4.6, 1.0, 0.05),
        ('tat', 3, 0.440, 0.620, 'SHELL', 0.3, 0.6, 1.2, 1.4, 0.07),
        ('tat', 4, 0.620, 0.700, 'SHELL', 0.3, 0.6, 1.2, 1.4, 0.05),
        ('tat', 5, 0.700, 0.730, 'POWERSHELL', 0.8, 0.8, 3.0, 1.5, 0.12),
        ('aiccs', 6, 0.730, 0.760, NULL, 5.0, 1.5, 8.0, 1.2, 0.03),
        ('baidu', 7, 0.760, 0.900, 'PRESET', 1.5, 1.0, 4.0, 1.0, 0.03),
        ('baidu', 7, 0.900, 0.960, 'WORKFLOW', 1.5, 1.0, 4.4, 1.0, 0.05),
        ('baidu', 7, 0.960, 1.000, 'THUMBNAIL', 1.0, 0.8, 2.0, 0.7, 0.01)
), dice AS MATERIALIZED (
    SELECT
        h.hour_at + (n - random()) / h.tasks * interval '1 hour' AS created_at,
        random() AS which,
        random() AS luck,
        sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS queue_bell,
        sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS run_bell,
        md5(random()::text || n) AS hash
    FROM hours h CROSS JOIN LATERAL generate_series(1, h.tasks) AS n
    WHERE h.hour_at >= %(from_at)s AND h.hour_at < %(to_at)s
), drawn AS (
    SELECT
        k.*,
        d.hash,
        d.luck,
        date_trunc('second', d.created_at) AS created_at,
        round(exp(k.queue_mean + k.queue_spread * d.queue_bell))::integer AS queued,
        round(exp(k.run_mean + k.run_spread * d.run_bell))::integer AS ran
    FROM dice d JOIN kinds k ON d.which >= k.share_from AND d.which < k.share_to
), timelines AS (
    SELECT
        *,
        created_at + make_interval(secs => least(queued, 200000)) AS begins_at,
        created_at + make_interval(secs => least(queued, 200000) + least(ran, 400000)) AS ends_at
    FROM drawn
), states AS (
    SELECT
        *,
        CASE
            WHEN begins_at >= %(end_at)s THEN 'waiting'
            WHEN ends_at >= %(end_at)s THEN 'running'
            WHEN luck < failing THEN 'failed'
            WHEN kind = 'tat' AND luck > 0.99 THEN 'cancelled'
            WHEN kind = 'mps' AND luck > 0.97 THEN 'finished'
            ELSE 'succeeded'
        END AS status,
        CASE WHEN begins_at < %(end_at)s THEN begins_at END AS started_at,
        CASE WHEN ends_at < %(end_at)s THEN ends_at END AS finished_at,
        created_at + interval '20 seconds' AS seen_at
    FROM timelines
)
INSERT INTO sync.tasks (
    stream_id, task_id, name, task_type, sub_types, status, provider_status, created_at, started_at, finished_at,
    updated_at, progress_done, progress_total, parent_id, resource_id, error_code, error_message, raw, fingerprint,
    rank, raw_altered, version, changed_fields, first_seen_at, requested_at, observed_after, observed_at,
    status_seen_at, former_status, former_seen_at, run_id, request_id)
SELECT
    stream,
    CASE kind
        WHEN 'mps' THEN '2600000000-' || task_type || '-' || hash || 'tt0'
        WHEN 'tat' THEN 'invt-' || left(hash, 8) || substr(hash, 20, 4)
        WHEN 'aiccs' THEN (1152921504606846976 + ('x' || left(hash, 13))::bit(52)::bigint)::text
        ELSE 'tsk-' || left(hash, 16)
    END,
    CASE kind WHEN 'tat' THEN 'deploy-release' WHEN 'aiccs' THEN '双十一回访-' || left(hash, 6) END,
    task_type,
    CASE WHEN kind = 'mps' THEN '{Transcode,AiAnalysis}'::text[] END,
    status,
    CASE kind WHEN 'mps' THEN 'FINISH' ELSE upper(status) END,
    created_at,
    started_at,
    finished_at,
    CASE WHEN kind = 'tat' THEN coalesce(finished_at, started_at, created_at) END,
    CASE WHEN kind = 'aiccs' THEN round(luck * 1000) END,
    CASE WHEN kind = 'aiccs' THEN 1000 END,
    CASE WHEN kind = 'tat' THEN 'inv-' || substr(hash, 9, 8) END,
    CASE kind WHEN 'tat' THEN 'ins-' || substr(hash, 12, 8) WHEN 'baidu' THEN 'mda-' || left(hash, 16) END,
    CASE WHEN kind = 'tat' AND status = 'failed' THEN 'FAILED' END,
    CASE WHEN kind = 'tat' AND status = 'failed' THEN 'Command delivery failed: the agent is not online.' END,
    (CASE kind
        WHEN 'mps' THEN format(
            '{"TaskId":"2600000000-%%s-%%stt0","TaskType":"%%s","CreateTime":"%%s","FinishTime":"%%s",'
            '"SubTaskTypes":["Transcode","AiAnalysis"],"BeginProcessTime":"%%s"}',
            task_type, hash, task_type, created_at, ends_at, begins_at)
        WHEN 'tat' THEN format(
            '{"CommandId":"cmd-13axrtuq","CommandName":"deploy-release","TaskStatus":"%%s","InstanceId":"ins-%%s",'
            '"CommandDocument":{"CommandType":"%%s","Timeout":60,"Username":"root","WorkingDirectory":"/root",'
            '"OutputCOSBucketUrl":"","OutputCOSKeyPrefix":"","ContentLength":52,"ContentHash":"%%s"},'
            '"InvocationId":"inv-%%s","InvocationTaskId":"invt-%%s%%s","TaskResult":{"ExitCode":%%s,"Output":"",'
            '"Dropped":0,"OutputUploadCOSErrorInfo":"","OutputUrl":"","ExecStartTime":"%%s","ExecEndTime":"%%s"},'
            '"ErrorInfo":"","InvocationSource":"USER","StartTime":"%%s","EndTime":"%%s","CreatedTime":"%%s",'
            '"UpdatedTime":"%%s"}',
            upper(status), substr(hash, 12, 8), task_type, hash, substr(hash, 9, 8), left(hash, 8),
            substr(hash, 20, 4), (status = 'failed')::integer, begins_at, ends_at, begins_at, ends_at,
            created_at, ends_at)
        WHEN 'aiccs' THEN format(
            '{"Id":%%s,"Status":"DONE","GmtCreate":"%%s","FireTime":"%%s","TaskName":"双十一回访-%%s","RobotId":10000001,'
            '"RobotName":"满意度回访","TotalCount":1000,"CompleteCount":%%s}',
            1152921504606846976 + ('x' || left(hash, 13))::bit(52)::bigint,
            (extract(epoch FROM created_at) * 1000)::bigint, (extract(epoch FROM begins_at) * 1000)::bigint,
            left(hash, 6), round(luck * 1000))
        ELSE format(
            '{"taskId":"tsk-%%s","mediaId":"mda-%%s","type":"%%s","status":"%%s","createTime":"%%s",'
            '"startTime":"%%s","finishTime":"%%s","sourceUrl":"bos://media-bucket/%%s/source.mp4"}',
            left(hash, 16), left(hash, 16), task_type, upper(status), created_at, begins_at, ends_at, hash)
    END)::jsonb,
    decode(hash, 'hex'),
    CASE kind WHEN 'mps' THEN 2 WHEN 'tat' THEN extract(epoch FROM coalesce(finished_at, created_at))::bigint END,
    false,
    1 + (started_at IS NOT NULL)::integer + (finished_at IS NOT NULL)::integer,
    CASE WHEN finished_at IS NOT NULL THEN '{finished_at,provider_status,status}'::text[] END,
    seen_at,
    coalesce(finished_at, started_at, created_at) + interval '20 seconds',
    coalesce(finished_at, started_at, created_at) - interval '40 seconds',
    coalesce(finished_at, started_at, created_at) + interval '20 seconds',
    coalesce(finished_at, started_at, created_at) + interval '20 seconds',
    CASE WHEN finished_at IS NOT NULL THEN 'running' WHEN started_at IS NOT NULL THEN 'waiting' END,
    CASE WHEN finished_at IS NOT NULL THEN started_at WHEN started_at IS NOT NULL THEN created_at END
        + interval '20 seconds',
    1,
    'b7f1c0de-0000-4000-8000-' || left(hash, 12)
FROM states
ORDER BY created_at
