"""Failures of the start of a thread, as they occur where memory or the number of threads is limited."""

from __future__ import annotations

import _thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from syncer import threads

FailStart = Callable[[Callable[..., object], tuple[object, ...]], int]


def _refuse(run: Callable[..., object], arguments: tuple[object, ...]) -> int:
    """The limit of processes (`ulimit -u`), or no memory for the stack."""
    raise RuntimeError("can't start new thread")


def _run_out_of_memory(run: Callable[..., object], arguments: tuple[object, ...]) -> int:
    raise MemoryError


def _end_at_once(run: Callable[..., object], arguments: tuple[object, ...]) -> int:
    """The thread ends before its first statement: https://github.com/python/cpython/issues/140746."""
    return 1


THREAD_FAILURES: dict[str, FailStart] = {
    "refused": _refuse,
    "no memory": _run_out_of_memory,
    "ended at once": _end_at_once,
}


@contextmanager
def fail_starts(failure: FailStart, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every start of a thread of `syncer.threads` fail inside the block."""
    with monkeypatch.context() as patch:
        patch.setattr(_thread, "start_new_thread", failure)
        patch.setattr(threads, "_START_SECONDS", 0.01)
        yield
