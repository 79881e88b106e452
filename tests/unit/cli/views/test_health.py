"""Lines of `status`: daemons that run, died or differ, and what keeps streams from being read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from syncer.cli.views.health import daemon_lines, difference_lines, has_problem, problem_lines
from syncer.config import Settings
from syncer.config.toml_schema import DaemonTable, DatabaseTable, HistoryTable, ReportingTable
from syncer.storage.read import OngoingError, ProcessOverview, StoredReportSettings
from tests.unit.cli.views.test_status_table import AT, STREAM

DAEMON = ProcessOverview(
    host="a",
    pid=7,
    version="0.1.0",
    configuration="c0ffee",
    started_at=AT,
    heartbeat_at=AT,
    silent_for=timedelta(seconds=12),
    is_alive=True,
    errors=(),
)
DEAD = replace(DAEMON, host="b", is_alive=False, silent_for=timedelta(minutes=3))


def make_settings(lease: timedelta = timedelta(seconds=10)) -> Settings:
    return Settings(
        path=Path("syncer.toml"),
        database=DatabaseTable(),
        daemon=DaemonTable(lease=lease),
        reporting=ReportingTable(),
        history=HistoryTable(),
        sources=(),
    )


def test_daemon_lines_say_whether_one_runs() -> None:
    alive = "host a (pid 7), version 0.1.0, since 2026-01-02 03:04:05Z, last heartbeat 12s ago"
    dead = "the daemon of host b (pid 7) has had no heartbeat for 3m"
    assert daemon_lines([DAEMON, DEAD]) == [f"daemon      {alive}", f"            {dead}"]
    none = "daemon      no daemon runs"
    assert daemon_lines([]) == [none]
    assert daemon_lines([DEAD]) == [none, f"            {dead}"]


def test_daemons_that_differ_are_named() -> None:
    settings = make_settings()
    same = replace(DAEMON, configuration=settings.digest)
    assert difference_lines([same, replace(DEAD, version="9")], settings) == []
    newer = replace(same, host="b", version="9", configuration="other")
    assert difference_lines([same, newer], settings) == [
        "the daemons of host a (pid 7) and host b (pid 7) differ: version and configuration",
        "the daemon of host b (pid 7) has another configuration than syncer.toml: "
        "it reads the file when it starts",
    ]


def test_settings_of_the_reports_that_are_not_the_configured_ones_are_named() -> None:
    settings, reporting = make_settings(), ReportingTable()
    stored = StoredReportSettings(
        time_zone="UTC",
        queue_target=reporting.queue_target,
        run_target=reporting.run_target,
        written_by="host:2",
    )
    assert difference_lines([], settings, stored) == []
    other = replace(stored, time_zone="Asia/Tokyo", run_target=timedelta(minutes=3))
    assert difference_lines([], settings, other) == [
        "reports use time_zone Asia/Tokyo, not UTC and run_target 3m, not 1h: "
        "host:2 has stored its settings last"
    ]
    # Before a daemon or `sync` has stored any.
    assert difference_lines([], settings, replace(other, written_by="")) == []


def test_digest_depends_on_what_the_daemon_does() -> None:
    assert make_settings().digest == make_settings().digest
    assert make_settings().digest != make_settings(timedelta(seconds=20)).digest


def test_problem_lines_name_each_problem_once() -> None:
    overdue = replace(STREAM, region="b", error=None, is_overdue=True, since_success=timedelta(minutes=9))
    never = replace(overdue, region="c", since_success=None)
    errors = (
        OngoingError(subject=f"{STREAM.label} sweep", error="wrong key", since=AT),
        OngoingError(subject="start workers of vod", error="no such region", since=AT),
    )
    fine = replace(STREAM, region="d", error=None)
    assert problem_lines(
        [STREAM, overdue, never, fine], [replace(DAEMON, errors=errors)], ["tat", "vod"]
    ) == [
        "tat/ap-guangzhou: failing since 2026-01-02 03:04:05Z: wrong key",
        "tat/b: overdue: no run has succeeded for 9m",
        "tat/c: overdue: no run has succeeded yet",
        "start workers of vod: failing since 2026-01-02 03:04:05Z on host a (pid 7): no such region",
        "configured, but never read: vod",
    ]


def test_errors_of_a_dead_daemon_are_no_problem() -> None:
    fine, errors = replace(STREAM, error=None), (OngoingError(subject="x", error="y", since=AT),)
    assert not has_problem([fine], [replace(DEAD, errors=errors)])
    assert problem_lines([fine], [replace(DEAD, errors=errors)], []) == []
    assert has_problem([fine], [replace(DAEMON, errors=errors)])
    assert has_problem([replace(fine, is_overdue=True)], [])
    assert has_problem([STREAM], [])
