"""Lifecycle of Tencent MPS tasks: a short queue, minutes of transcoding; a few tasks run for days."""

from __future__ import annotations

from random import Random

from syncer.simulator.lifecycle import Lifecycle, Timeline, lognormal, pick
from syncer.simulator.simulated_tasks import Phase, SimState

WAITING = SimState("WAITING", Phase.WAITING)
PROCESSING = SimState("PROCESSING", Phase.RUNNING)
SUCCEEDED = SimState("FINISH", Phase.ENDED)
FAILED = SimState("FINISH", Phase.ENDED, failed=True)

_ACCOUNT = 1308726455
_TYPES = ("WorkflowTask",) * 13 + ("EditMediaTask", "LiveProcessTask", "ScheduleTask")
_SUB_TYPES = (
    ("Transcode",),
    ("Transcode", "ImageSprites"),
    ("AdaptiveDynamicStreaming", "SampleSnapshot"),
    ("action-trans",),
    ("Transcode", "AiRecognition"),
    ("SnapshotByTimeOffset",),
    ("AiContentReview", "AiAnalysis"),
    ("SmartSubtitles",),
)
#: By task type: median seconds and sigma of the run time.
_RUNS = {
    "WorkflowTask": (150.0, 1.0),
    "EditMediaTask": (60.0, 0.8),
    "LiveProcessTask": (5400.0, 1.0),
    "ScheduleTask": (300.0, 1.1),
}


def task_type(salt: int) -> str:
    """WorkflowTask, EditMediaTask, LiveProcessTask or ScheduleTask."""
    return pick(_TYPES, salt, 8)


def sub_types(salt: int) -> tuple[str, ...]:
    """The activities of the task; edits and live streams have none."""
    return pick(_SUB_TYPES, salt, 16) if task_type(salt) in ("WorkflowTask", "ScheduleTask") else ()


def _task_id(salt: int, created_ms: int) -> str:
    return f"{_ACCOUNT}-{task_type(salt)}-{salt:016x}{created_ms & 0xFFFF:04x}tt0"


def _timeline(rng: Random, salt: int) -> Timeline:
    begun = lognormal(rng, 6, 1.3)
    finished = begun + lognormal(rng, *_RUNS[task_type(salt)]) * _slowdown(rng)
    outcome = FAILED if rng.random() < 0.06 else SUCCEEDED
    return [(0.0, WAITING), (begun, PROCESSING), (finished, outcome)]


def _slowdown(rng: Random) -> float:
    """Draw a factor on the run time: up to thousands for one task in 150; some outlast the retention."""
    return lognormal(rng, 120, 1.5) if rng.random() < 1 / 150 else 1.0


def _batch_size(rng: Random) -> int:
    return rng.randint(2, 12) if rng.random() < 0.08 else 1


LIFECYCLE = Lifecycle(_task_id, _timeline, _batch_size)
