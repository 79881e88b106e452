"""Response of MPS's DescribeTaskDetail. Field names are those of the vendor's SDK."""

from __future__ import annotations

from typing import Any

from syncer.simulator.lifecycle import pick
from syncer.simulator.simulated_tasks import Phase, SimState, SimTask
from syncer.simulator.vendor_api import JsonObject
from syncer.simulator.vendors.tencent_mps.lifecycle import sub_types, task_type

#: By task type: the field with its detail. The list's LiveProcessTask has another name here.
_SECTIONS = {
    "WorkflowTask": "WorkflowTask",
    "EditMediaTask": "EditMediaTask",
    "LiveProcessTask": "LiveStreamProcessTask",
    "ScheduleTask": "ScheduleTask",
}
#: By media activity: the field with its result.
_MEDIA = {
    "Transcode": "TranscodeTask",
    "action-trans": "TranscodeTask",
    "ImageSprites": "ImageSpriteTask",
    "AdaptiveDynamicStreaming": "AdaptiveDynamicStreamingTask",
    "SampleSnapshot": "SampleSnapshotTask",
    "SnapshotByTimeOffset": "SnapshotByTimeOffsetTask",
}
#: By AI activity: the list with its result, the type and the field.
_AI = {
    "AiRecognition": ("AiRecognitionResultSet", "AsrFullTextRecognition", "AsrFullTextTask"),
    "AiContentReview": ("AiContentReviewResultSet", "Porn", "PornTask"),
    "AiAnalysis": ("AiAnalysisResultSet", "Classification", "ClassificationTask"),
    "SmartSubtitles": ("SmartSubtitlesTaskResult", "AsrFullTextRecognition", "AsrFullTextTask"),
}
_SOURCE_ERRORS = (
    (30000, "source file cannot be downloaded: 404 Not Found"),
    (30001, "源文件损坏，无法解析"),
    (70000, "internal error, please retry"),
)
_PART_ERRORS = (
    ("InvalidParameterValue.AudioStreamNotExist", 40000, "the source has no audio stream"),
    ("ResourceUnavailable.OutputBucket", 60000, "输出存储桶无写入权限"),
)


def detail(task: SimTask, index: int) -> JsonObject:
    """The response for the task in its state number `index`, without its times."""
    state = task.states[index]
    type_ = task_type(task.salt)
    section = _SECTIONS[type_]
    sections: JsonObject = dict.fromkeys((*_SECTIONS.values(), "LiveScheduleTask"))
    sections[section] = {"TaskId": task.task_id, "Status": state.status, **_body(task, state, type_)}
    return {
        "TaskType": section,
        "Status": state.status,
        **sections,
        "TaskNotifyConfig": None,
        "TasksPriority": 0,
        "SessionId": "",
        "SessionContext": pick(("", "课程转码", "nightly"), task.salt, 24),
        "ExtInfo": "",
    }


def _body(task: SimTask, state: SimState, type_: str) -> JsonObject:
    if type_ == "EditMediaTask":
        return {**_error(task, state, always=True), "Input": {"FileInfoSet": []}, "Output": None}
    if type_ == "LiveProcessTask":
        return {**_error(task, state, always=True), "Url": f"rtmp://live.example.com/in/{task.number}"}
    body = {**_error(task, state), "InputInfo": _input(task), "MetaData": None}
    if type_ == "ScheduleTask":
        return {**body, "ActivityResultSet": _activities(task, state)}
    return {**body, **_results(task, state)}


def _fails_as_a_whole(task: SimTask) -> bool:
    """Whether the task itself shows the error of a failure; else one of its parts does."""
    return bool(task.salt >> 40 & 1) or not sub_types(task.salt)


def _error(task: SimTask, state: SimState, *, always: bool = False) -> JsonObject:
    if not state.failed or not (always or _fails_as_a_whole(task)):
        return {"ErrCode": 0, "Message": "" if state.phase is not Phase.ENDED else "SUCCESS"}
    code, message = pick(_SOURCE_ERRORS, task.salt, 32)
    return {"ErrCode": code, "Message": message}


def _input(task: SimTask) -> JsonObject:
    name = pick(("直播回放", "lesson", "产品介绍", "match-final", "用户上传"), task.salt, 28)
    input_file = {
        "Bucket": "media-1308726455",
        "Region": "ap-guangzhou",
        "Object": f"/in/{name}-{task.number}.mp4",
    }
    return {"Type": "COS", "CosInputInfo": input_file, "UrlInputInfo": None, "S3InputInfo": None}


def _results(task: SimTask, state: SimState) -> JsonObject:
    results: dict[str, list[Any]] = {"MediaProcessResultSet": []}
    results |= {name: [] for name, _, _ in _AI.values()}
    for position, part in enumerate(sub_types(task.salt)):
        result = _part(task, state, last=position == len(sub_types(task.salt)) - 1)
        if part in _MEDIA:
            type_ = "Transcode" if part == "action-trans" else part
            results["MediaProcessResultSet"].append({"Type": type_, _MEDIA[part]: result})
        else:
            name, type_, field = _AI[part]
            results[name].append({"Type": type_, field: result})
    return results


def _activities(task: SimTask, state: SimState) -> list[JsonObject]:
    """The media activities of an orchestration; without any, a transcode."""
    parts = [part for part in sub_types(task.salt) if part in _MEDIA] or ["Transcode"]
    return [
        {
            "ActivityType": "Transcode" if part == "action-trans" else part,
            "ActivityResItem": {_MEDIA[part]: _part(task, state, last=part == parts[-1])},
        }
        for part in parts
    ]


def _part(task: SimTask, state: SimState, *, last: bool) -> JsonObject:
    """The result of one activity. If a task fails by its parts, the last activity fails."""
    if state.phase is not Phase.ENDED:
        return _result("PROCESSING", progress=30 if state.phase is Phase.RUNNING else 0)
    if state.failed and last and not _fails_as_a_whole(task):
        return _result("FAIL", *pick(_PART_ERRORS, task.salt, 36), progress=60)
    if state.failed and _fails_as_a_whole(task):
        return _result("FAIL", "", *pick(_SOURCE_ERRORS, task.salt, 32), progress=0)
    return _result("SUCCESS", "", 0, "SUCCESS", progress=100)


def _result(
    status: str, extended: str = "", code: int = 0, message: str = "", *, progress: int
) -> JsonObject:
    return {
        "Status": status,
        "ErrCodeExt": extended,
        "ErrCode": code,
        "Message": message,
        "Input": {"Definition": 100030},
        "Output": None,
        "Progress": progress,
    }
