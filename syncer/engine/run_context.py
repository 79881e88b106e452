"""The arguments of a run: its stream, the functions that fetch and store, and its callbacks."""

from __future__ import annotations

from dataclasses import dataclass

from syncer.engine.run_report import RunHooks
from syncer.model import Facts, Run, Source, Stream, StreamState
from syncer.ports import Fetch, StreamStore


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """The values of one run that do not change while it reads."""

    store: StreamStore
    fetch: Fetch
    stream: Stream
    facts: Facts
    #: The state of the stream when the run began.
    state: StreamState
    run: Run
    hooks: RunHooks

    @property
    def source(self) -> Source:
        return self.stream.source
