"""Lives of Tencent MPS tasks: a short queue, minutes of transcoding, and a few that run for days."""

from __future__ import annotations

from random import Random

from syncer.simulator.simulated_tasks import Phase, SimState
from syncer.simulator.vendors.lifecycle import Life, Lifecycle, about, pick

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
#: Median seconds and spread of a run.
_RUNS = {
    "WorkflowTask": (150.0, 1.0),
    "EditMediaTask": (60.0, 0.8),
    "LiveProcessTask": (5400.0, 1.0),
    "ScheduleTask": (300.0, 1.1),
}


def task_type(salt: int) -> str:
    return pick(_TYPES, salt, 8)


def sub_types(salt: int) -> tuple[str, ...]:
    """The parts of the task; an edit and a live stream have none of their own."""
    return pick(_SUB_TYPES, salt, 16) if task_type(salt) in ("WorkflowTask", "ScheduleTask") else ()


def _identify(salt: int, created_ms: int) -> str:
    return f"{_ACCOUNT}-{task_type(salt)}-{salt:016x}{created_ms & 0xFFFF:04x}tt0"


def _live(rng: Random, salt: int) -> Life:
    begun = about(rng, 6, 1.3)
    finished = begun + about(rng, *_RUNS[task_type(salt)]) * _drag(rng)
    outcome = FAILED if rng.random() < 0.06 else SUCCEEDED
    return [(0.0, WAITING), (begun, PROCESSING), (finished, outcome)]


def _drag(rng: Random) -> float:
    """One task in 150 takes up to thousands of times as long: it finishes late, some past the retention."""
    return about(rng, 120, 1.5) if rng.random() < 1 / 150 else 1.0


def _batch_size(rng: Random) -> int:
    return rng.randint(2, 12) if rng.random() < 0.08 else 1


LIFECYCLE = Lifecycle(_identify, _live, _batch_size)
