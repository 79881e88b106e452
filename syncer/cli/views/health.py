"""Lines of `status` about the daemons, and about what keeps the streams from being read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from syncer.cli.views.formatting import cell_text, duration_text

if TYPE_CHECKING:
    from syncer.config import Settings
    from syncer.storage.read import ProcessOverview, StoredReportSettings, StreamOverview


def daemon_lines(processes: Sequence[ProcessOverview]) -> list[str]:
    """One line for each daemon with a row in the database; the first one says if none runs."""
    alive = [process for process in processes if process.is_alive]
    lines = [
        f"{_name(each)}, version {each.version}, since {cell_text(each.started_at)}, "
        f"last heartbeat {duration_text(each.silent_for)} ago"
        for each in alive
    ]
    lines += [
        f"the daemon of {_name(each)} has had no heartbeat for {duration_text(each.silent_for)}"
        for each in processes
        if not each.is_alive
    ]
    if not alive:
        lines.insert(0, "no daemon runs")
    return [f"{'daemon' if number == 0 else '':<12}{line}" for number, line in enumerate(lines)]


def difference_lines(
    processes: Iterable[ProcessOverview], settings: Settings, stored: StoredReportSettings | None = None
) -> list[str]:
    """One line for each two running daemons of different versions or configurations.

    Also one for each daemon that has another configuration than `settings`, and one where the reports use
    other settings.
    """
    alive = [process for process in processes if process.is_alive]
    lines = [
        f"the daemons of {_name(one)} and {_name(other)} differ: {' and '.join(names)}"
        for one, other in combinations(alive, 2)
        if (names := one.identity.differences(other.identity))
    ]
    return (
        lines
        + [
            f"the daemon of {_name(each)} has another configuration than {settings.path}: "
            "it reads the file when it starts"
            for each in alive
            if each.configuration != settings.digest
        ]
        + _report_lines(settings, stored)
    )


def _report_lines(settings: Settings, stored: StoredReportSettings | None) -> list[str]:
    """A line that says which settings of the reports are not those of the configuration."""
    if stored is None or not stored.written_by:
        return []
    names = ("time_zone", "queue_target", "run_target")
    values = [(name, getattr(stored, name), getattr(settings.reporting, name)) for name in names]
    others = [f"{name} {cell_text(used)}, not {cell_text(own)}" for name, used, own in values if used != own]
    if not others:
        return []
    return [f"reports use {' and '.join(others)}: {stored.written_by} has stored its settings last"]


def problem_lines(
    streams: Sequence[StreamOverview], processes: Iterable[ProcessOverview], configured: Iterable[str]
) -> list[str]:
    """One line for each stream that fails or is overdue, for each other error, and for sources never read.

    `configured` are the names of the configured sources.
    """
    return [
        *filter(None, map(_stream_problem, streams)),
        *_other_errors(streams, processes),
        *_unread_sources(streams, configured),
    ]


def has_problem(streams: Iterable[StreamOverview], processes: Iterable[ProcessOverview]) -> bool:
    """Whether a stream fails or is overdue, or a running daemon has another error under way."""
    return any(stream.error is not None or stream.is_overdue for stream in streams) or any(
        process.is_alive and process.errors for process in processes
    )


def _stream_problem(stream: StreamOverview) -> str | None:
    if stream.error is not None:
        return f"{stream.label}: failing since {cell_text(stream.failing_since)}: {stream.error}"
    if not stream.is_overdue:
        return None
    if stream.since_success is None:
        return f"{stream.label}: overdue: no run has succeeded yet"
    return f"{stream.label}: overdue: no run has succeeded for {duration_text(stream.since_success)}"


def _other_errors(streams: Iterable[StreamOverview], processes: Iterable[ProcessOverview]) -> Iterator[str]:
    shown = {stream.label for stream in streams if stream.error is not None}
    for process in processes:
        for error in process.errors if process.is_alive else ():
            # The subject of a run is "STREAM poll" or "STREAM sweep".
            if error.subject.rpartition(" ")[0] not in shown:
                since = f"failing since {cell_text(error.since)} on {_name(process)}"
                yield f"{error.subject}: {since}: {error.error}"


def _unread_sources(streams: Iterable[StreamOverview], configured: Iterable[str]) -> Iterator[str]:
    read = {stream.source for stream in streams}
    if unread := sorted(set(configured) - read):
        yield f"configured, but never read: {', '.join(unread)}"


def _name(process: ProcessOverview) -> str:
    return f"host {process.host} (pid {process.pid})"
