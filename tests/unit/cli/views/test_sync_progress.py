"""Progress is a bar where somebody looks, and a few lines where nobody does."""

from __future__ import annotations

import io
from datetime import timedelta

from syncer.app import StreamFailure, SyncResult
from syncer.cli.views.sync_progress import sync_progress
from syncer.cli.views.sync_summary import problem_lines, run_table
from syncer.cli.views.text_table import plain_lines
from syncer.engine import Progress, RunReport
from syncer.errors import CredentialsError, SyncerError
from syncer.model import Counts, Mode, RunStatus, Source, Stream

_ZERO = timedelta(0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def make_stream(name: str, region: str = "global") -> Stream:
    source = Source(
        name=name,
        provider="p",
        site="s",
        account="a",
        poll_every=_ZERO,
        sweep_every=_ZERO,
        retention=None,
        detail_retention=None,
        visibility_lag=_ZERO,
        lookback_min=_ZERO,
        lookback_max=_ZERO,
        page_size=100,
    )
    return Stream(source, region)


def make_progress(rows: int, total: int | None = 25_000) -> Progress:
    return Progress(stream=make_stream("vod"), mode=Mode.SWEEP, scan="tasks", rows=rows, total=total)


def make_report(name: str = "vod", error: SyncerError | None = None) -> RunReport:
    return RunReport(
        stream=make_stream(name),
        mode=Mode.POLL,
        run_id=1,
        status=RunStatus.FAILED if error else RunStatus.SUCCEEDED,
        counts=Counts(inserted=1200, updated=3, unchanged=40),
        pages=5,
        requests=6,
        error=error,
    )


def test_lines_are_few() -> None:
    out = io.StringIO()
    with sync_progress(out) as shown:
        for rows in range(100, 25_001, 100):
            shown.progress(make_progress(rows))
        shown.ended(make_report())
    assert out.getvalue().splitlines() == [
        "vod: sweep tasks: 10,000 of 25,000",
        "vod: sweep tasks: 20,000 of 25,000",
        "vod: poll succeeded: 1,200 new, 3 changed, 40 unchanged",
    ]


def test_line_says_why_a_run_failed() -> None:
    out = io.StringIO()
    with sync_progress(out) as shown:
        shown.ended(make_report(error=CredentialsError("the key is refused", request_id="r-1")))
    assert out.getvalue() == "vod: poll failed: the key is refused (request r-1)\n"


def test_bars_are_drawn_on_a_terminal() -> None:
    out = Terminal()
    with sync_progress(out) as shown:
        shown.progress(make_progress(100, None))
        shown.progress(make_progress(30_000))
        shown.ended(make_report())
    assert "vod poll succeeded" in out.getvalue()
    assert "━" in out.getvalue()


def test_runs_are_rows_in_the_order_of_names() -> None:
    table = run_table([make_report("vod"), make_report("mps")])
    assert [row[0] for row in table.rows] == ["mps", "vod"]
    assert table.rows[0] == ("mps", "global", "poll", "succeeded", 1200, 3, 40, 0, 0, 0, 5, 6)
    assert plain_lines(table)[1].startswith("mps     global  poll  succeeded  1,200        3         40")


def test_problems_name_the_stream_and_the_reason() -> None:
    reports = (make_report(), make_report("mps", CredentialsError("no")))
    result = SyncResult(reports, (StreamFailure("tat", CredentialsError("none")),))
    assert problem_lines(result) == ["mps: no", "tat: none"]
