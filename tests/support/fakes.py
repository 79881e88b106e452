"""A fake provider with tasks that change over time, facts of several APIs, and errors at chosen moments."""

from __future__ import annotations

from syncer.errors import SyncerError
from tests.support.fake_cloud import (
    Cloud,
    CloudTask,
    Sorting,
    make_tasks,
    newest_created,
    newest_finished,
    newest_updated,
    oldest_created,
    shuffled,
)
from tests.support.fake_sources import (
    AICCS_FACTS,
    MPS_FACTS,
    T0,
    TAT_FACTS,
    VOD_FACTS,
    WINDOWED_PAGES_FACTS,
    after,
    make_source,
    make_stream,
)

__all__ = [
    "AICCS_FACTS",
    "MPS_FACTS",
    "T0",
    "TAT_FACTS",
    "VOD_FACTS",
    "WINDOWED_PAGES_FACTS",
    "Cloud",
    "CloudTask",
    "Kill",
    "Sorting",
    "Trouble",
    "after",
    "make_source",
    "make_stream",
    "make_tasks",
    "newest_created",
    "newest_finished",
    "newest_updated",
    "oldest_created",
    "shuffled",
]


class Kill(BaseException):
    """The end of the process: no code of the engine may catch it."""


class Trouble:
    """Raises `errors` one after the other, then nothing; for Cloud.trouble and FakeStore.trouble."""

    def __init__(self, *errors: SyncerError | Kill | None) -> None:
        self.errors = list(errors)

    def __call__(self, _: object) -> None:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
