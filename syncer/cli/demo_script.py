"""`DemoScript`: the steps of `syncer demo`, what each does and what it prints."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

from rich.console import Console

from syncer.app import Daemon, SyncCallbacks, SyncResult, open_app, sync_sources
from syncer.cli.views.change_feed import ChangeFeed
from syncer.cli.views.sample_query_table import cross_table, sample_query_table
from syncer.cli.views.sync_progress import sync_progress
from syncer.cli.views.sync_summary import failure_lines
from syncer.cli.views.text_table import TextTable, print_table
from syncer.demo import DemoEnvironment, FolderState
from syncer.engine import RunReport
from syncer.model import Mode
from syncer.reporting import sample_queries
from syncer.storage import SampleQueryResult, migrate, run_sample_query
from syncer.storage.database_urls import describe_url, parse_url
from syncer.storage.read import open_database
from syncer.storage.read.transitions import load_transitions
from syncer.threads import WorkerPool

#: Seconds between two queries for changes.
_CHANGE_INTERVAL = 1.0
#: By sample query: the options that make its table fit a terminal.
_TABLE_OPTIONS: dict[str, dict[str, Any]] = {
    "longest_queue": {"leave_out": ("created_at",)},
    "task_history": {
        "in_title": ("source", "task_id"),
        "leave_out": ("progress_total", "changed_fields", "observed_after"),
        "instants": "%H:%M:%SZ",
    },
}
_TASKS = {
    FolderState.NEW: "They start with one week of tasks; new tasks arrive and change during the demo.",
    FolderState.CONTINUED: "Their tasks have changed since the last demo, and change during this one, too.",
    FolderState.EXPIRED: "The last demo was over a day old: its database was removed, and its tasks are new.",
}


class DemoScript:
    """The steps of a demo on the database at `url`. Each raises KeyboardInterrupt once `stop` is set."""

    def __init__(self, environment: DemoEnvironment, url: str, stop: threading.Event) -> None:
        self._environment, self._url, self._stop = environment, url, stop
        self._console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
        self._numbers = count(1)
        #: Whether every run has succeeded so far.
        self.is_success = True

    def run(self, seconds: float) -> None:
        """Run all steps; watch the daemon for so many `seconds`."""
        self.prepare_database()
        self.first_sync()
        self.watch_daemon(seconds)
        self.sweep()
        self.run_sample_queries()

    def prepare_database(self) -> None:
        """Migrate the database; describe it and the simulated clouds."""
        self.print_heading("Environment: a Postgres database and five simulated clouds")
        migrate(self._url, removal=f"the folder {self._environment.settings.path.parent}")
        self.print_line(f"The database is at {describe_url(parse_url(self._url))}; its schema is up to date.")
        self.print_line("The simulated clouds behave like the real ones: pages, signatures, rate limits.")
        self.print_line(_TASKS[self._environment.folder_state])
        self._raise_if_stopped()

    def first_sync(self) -> None:
        """Read everything that the lists show; print a table of the runs."""
        is_first = self._environment.folder_state is not FolderState.CONTINUED
        self.print_heading(
            "First sync: read everything that the lists still show, which is one week"
            if is_first
            else "Sync: read what has changed since the last demo"
        )
        result = self._sync(Mode.POLL)
        columns = ("list", "new", "changed", "unchanged", "pages", "requests", "result")
        print_table(TextTable(columns, sorted(map(_run_row, result.reports), key=str)))

    def watch_daemon(self, seconds: float | None) -> None:
        """Run the daemon and print the changes that it observes.

        It runs for so many `seconds`, or until `stop` is set (None).
        """
        period = "until Ctrl-C" if seconds is None else f"for {seconds:.0f} seconds"
        self.print_heading(f"Daemon: poll every second, {period}, for new and changed tasks")
        stop_daemon = threading.Event()
        with (
            open_app(self._environment.settings, self._url, stop_daemon) as app,
            WorkerPool(1) as pool,
        ):
            feed = ChangeFeed(partial(load_transitions, app.engine), self._environment.simulator.clock.now())
            daemon = pool.submit(Daemon(app).run)
            try:
                self._print_changes(feed, seconds)
            finally:
                stop_daemon.set()
            daemon.result()
        self.print_line(
            f"Observed {feed.new_tasks} new tasks and {feed.changes} changes; each state is kept."
        )
        if seconds is not None:
            self._raise_if_stopped()

    def sweep(self) -> None:
        """Read everything once more; print what that found."""
        self.print_heading("Sweep: read everything again, to find what polls have missed")
        counts = [report.counts for report in self._sync(Mode.SWEEP).reports]
        changed = sum(run.inserted + run.updated for run in counts)
        self.print_line(f"Unchanged, so not written: {sum(run.unchanged for run in counts):,} rows.")
        self.print_line(f"New or changed since the last poll: {changed}.")
        self.print_line(f"Missed by earlier polls: {sum(run.late for run in counts)}.")

    def run_sample_queries(self) -> None:
        """Run the sample queries; print their results."""
        self.print_heading("SQL views for analysts: the results of some sample queries")
        with open_database(self._url) as engine:
            for query in sample_queries():
                table = _sample_table(query.name, run_sample_query(engine, query))
                self.print_line(f"\n{table.title}")
                print_table(replace(table, title=""))
        self._raise_if_stopped()

    def print_next_steps(self, lines: Iterable[str]) -> None:
        """Print the commands to type next."""
        self.print_heading("Next steps")
        for line in lines:
            self.print_line(line)

    def print_heading(self, text: str) -> None:
        """Print the numbered heading of a step."""
        self._console.print(f"\n{next(self._numbers)}. {text}", style="bold")

    def print_line(self, text: str) -> None:
        """Print a line of text."""
        self._console.print(text)

    def _sync(self, mode: Mode) -> SyncResult:
        with (
            open_app(self._environment.settings, self._url, self._stop) as app,
            sync_progress() as progress,
        ):
            result = sync_sources(app, [], mode, SyncCallbacks(progress.progress, progress.ended))
        self._raise_if_stopped()
        self.is_success &= result.is_success
        for line in failure_lines(result):
            self.print_line(line)
        return result

    def _print_changes(self, feed: ChangeFeed, seconds: float | None) -> None:
        for _ in count() if seconds is None else range(round(seconds / _CHANGE_INTERVAL)):
            if self._stop.wait(_CHANGE_INTERVAL):
                return
            for line in feed.lines():
                self.print_line(line)

    def _raise_if_stopped(self) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt


def _run_row(report: RunReport) -> tuple[object, ...]:
    counts = report.counts
    changed = (counts.inserted, counts.updated, counts.unchanged)
    return (report.stream.label, *changed, report.pages, report.requests, str(report.status))


def _sample_table(name: str, result: SampleQueryResult) -> TextTable:
    if name == "tasks_by_status":
        return cross_table(result, "source", "status", "tasks")
    return sample_query_table(result, **_TABLE_OPTIONS.get(name, {}))
