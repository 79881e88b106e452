"""Progress of a sync: bars on a terminal, a few lines in a pipe."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from syncer.cli.views.sync_progress import sync_progress
from syncer.engine import Progress, RunReport
from syncer.errors import CredentialsError, SyncerError
from syncer.model import Counts, Mode, RunStatus, Source, Stream
from tests.support.terminal import FakeTerminal

_ZERO = timedelta(0)


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


def test_lines_every_ten_thousand_rows() -> None:
    out = io.StringIO()
    with sync_progress(out) as progress:
        for rows in range(100, 25_001, 100):
            progress.progress(make_progress(rows))
        progress.ended(make_report())
    assert out.getvalue().splitlines() == [
        "vod: sweep tasks: 10,000 of 25,000",
        "vod: sweep tasks: 20,000 of 25,000",
        "vod: poll succeeded: 1,200 new, 3 changed, 40 unchanged",
    ]


def test_line_of_a_failed_run_leaves_the_error_to_the_summary() -> None:
    out = io.StringIO()
    with sync_progress(out) as progress:
        progress.ended(make_report(error=CredentialsError("the key is refused", request_id="r-1")))
    assert out.getvalue() == "vod: poll failed\n"


def test_terminal_shows_bars() -> None:
    out = FakeTerminal()
    with sync_progress(out) as progress:
        progress.progress(make_progress(100, None))
        progress.progress(make_progress(30_000))
        progress.ended(make_report())
    assert "vod poll succeeded" in out.getvalue()
    assert "━" in out.getvalue()


@pytest.mark.parametrize("width", ["0", "40", "72", "80", "200"])
def test_names_of_streams_are_whole_on_terminals_of_every_width(
    width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = FakeTerminal()
    stream = make_stream("tencent-tat", "ap-shenzhen-fsi")
    with sync_progress(out) as progress:
        progress.progress(replace(make_progress(1_000_000, 2_000_000), stream=stream))
        progress.ended(replace(make_report(), stream=stream))
    assert "tencent-tat/ap-shenzhen-fsi" in out.getvalue()
    assert "1000000/2000000" in out.getvalue() or "1/1" in out.getvalue()
    assert "…" not in out.getvalue()
    if int(width) >= 60:
        assert "tencent-tat/ap-shenzhen-fsi poll succeeded ━" in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
