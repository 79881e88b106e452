"""What `syncer demo` shows, act by act, and what it says about each."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

from rich.console import Console

from syncer.app import Daemon, SyncCallbacks, SyncResult, open_app, sync_sources
from syncer.cli.views.change_feed import ChangeFeed
from syncer.cli.views.sample_query_table import crossed_table, sample_query_table
from syncer.cli.views.sync_progress import sync_progress
from syncer.cli.views.sync_summary import problem_lines
from syncer.cli.views.text_table import TextTable, print_table
from syncer.demo import DemoEnvironment, FolderState
from syncer.engine import RunReport
from syncer.model import Mode
from syncer.reporting import sample_queries
from syncer.storage import SampleQueryResult, migrate, run_sample_query
from syncer.storage.database_urls import describe_url, parse_url
from syncer.storage.read import open_database
from syncer.storage.read.transitions import load_transitions

#: Seconds between two looks for changes.
_LOOK_EVERY = 1.0
#: By sample query: what makes its answer fit a terminal.
_FITTING: dict[str, dict[str, Any]] = {
    "longest_queue": {"leave_out": ("created_at",)},
    "task_history": {
        "in_title": ("source", "task_id"),
        "leave_out": ("progress_total", "changed_fields", "observed_after"),
        "instants": "%H:%M:%SZ",
    },
}
_PAST = {
    FolderState.NONE: "Their world is new; it holds the tasks of a week, and lives while you watch.",
    FolderState.SAME: "Their world has gone on since the last demo, and lives while you watch.",
    FolderState.OVER: "The last demo's world was over a day old: it is gone, and this one is new.",
}


class DemoScript:
    """The acts of a demo in the database at `url`. Once `stop` is set they end, with KeyboardInterrupt."""

    def __init__(self, scene: DemoEnvironment, url: str, stop: threading.Event) -> None:
        self._scene, self._url, self._stop = scene, url, stop
        self._console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
        self._numbers = count(1)
        #: Whether every run has succeeded so far.
        self.is_good = True

    def give(self, seconds: float) -> None:
        """All of them; the daemon is watched for so many `seconds`."""
        self.open()
        self.first_sync()
        self.watch(seconds)
        self.sweep()
        self.answers()

    def open(self) -> None:
        """The places it plays in."""
        self.step("The scenery: a Postgres, and five clouds that are made up")
        migrate(self._url, removal=f"the folder {self._scene.settings.path.parent}")
        self.say(f"The database is at {describe_url(parse_url(self._url))}, its schema is up to date.")
        self.say("The clouds speak as the real ones do: in pages, with signatures and rate limits.")
        self.say(_PAST[self._scene.past])
        self._go_on()

    def first_sync(self) -> None:
        """Everything that the lists show."""
        is_first = self._scene.past is not FolderState.SAME
        self.step(
            "The first sync reads all that the clouds still show, which is a week"
            if is_first
            else "A sync catches up with what has happened in the meantime"
        )
        result = self._sync(Mode.POLL)
        columns = ("list", "new", "changed", "unchanged", "pages", "requests", "result")
        print_table(TextTable(columns, sorted(map(_row, result.reports), key=str)))

    def watch(self, seconds: float | None) -> None:
        """The daemon, for a while or (None) until `stop` is set."""
        long = "until Ctrl-C" if seconds is None else f"for {seconds:.0f} seconds"
        self.step(f"The daemon polls every second, {long}: for what is new or changes")
        ended = threading.Event()
        with open_app(self._scene.settings, self._url, ended) as app, ThreadPoolExecutor(1) as pool:
            changes = ChangeFeed(partial(load_transitions, app.engine), self._scene.simulator.clock.now())
            daemon = pool.submit(Daemon(app).run)
            try:
                self._follow(changes, seconds)
            finally:
                ended.set()
            daemon.result()
        self.say(f"{changes.arrived} tasks came, and {changes.moved} changes were seen; each state is kept.")
        if seconds is not None:
            self._go_on()

    def sweep(self) -> None:
        """Everything once more, to confirm it."""
        self.step("A sweep reads everything again: what polls have missed turns up here")
        counts = [report.counts for report in self._sync(Mode.SWEEP).reports]
        late, same = sum(each.late for each in counts), sum(each.unchanged for each in counts)
        found = sum(each.inserted + each.updated for each in counts)
        self.say(f"Rows as they were known, which write nothing: {same:,}.")
        self.say(f"New or changed since the last poll: {found}. Missed by the polls before: {late}.")

    def answers(self) -> None:
        """What analysts ask."""
        self.step("What analysts see: SQL views. These questions come with syncer")
        with open_database(self._url) as engine:
            for query in sample_queries():
                report = run_sample_query(engine, query)
                table = _answer(query.name, report)
                self.say(f"\n{table.title}")
                print_table(replace(table, title=""))
        self._go_on()

    def step(self, words: str) -> None:
        """A heading."""
        self._console.print(f"\n{next(self._numbers)}. {words}", style="bold")

    def say(self, words: str = "") -> None:
        """A line of text."""
        self._console.print(words)

    def _sync(self, mode: Mode) -> SyncResult:
        with open_app(self._scene.settings, self._url, self._stop) as app, sync_progress() as shown:
            result = sync_sources(app, [], mode, SyncCallbacks(shown.progress, shown.ended))
        self._go_on()
        self.is_good &= result.is_good
        for line in problem_lines(result):
            self.say(line)
        return result

    def _follow(self, changes: ChangeFeed, seconds: float | None) -> None:
        looks = count() if seconds is None else range(round(seconds / _LOOK_EVERY))
        for _ in looks:
            if self._stop.wait(_LOOK_EVERY):
                return
            for line in changes.lines():
                self.say(line)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt


def _row(report: RunReport) -> tuple[object, ...]:
    counts = report.counts
    changed = (counts.inserted, counts.updated, counts.unchanged)
    return (report.stream.label, *changed, report.pages, report.requests, str(report.status))


def _answer(name: str, report: SampleQueryResult) -> TextTable:
    if name == "tasks_by_status":
        return crossed_table(report, "source", "status", "tasks")
    return sample_query_table(report, **_FITTING.get(name, {}))
