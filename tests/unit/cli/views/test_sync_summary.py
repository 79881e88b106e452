"""Summary of a sync: the table of runs and the lines of failures."""

from __future__ import annotations

from syncer.app import StreamFailure, SyncResult
from syncer.cli.views.sync_summary import failure_lines, run_table
from syncer.cli.views.text_table import plain_lines
from syncer.errors import CredentialsError
from tests.unit.cli.views.test_sync_progress import make_report


def test_run_table_is_ordered_by_source() -> None:
    table = run_table([make_report("vod"), make_report("mps")])
    assert [row[0] for row in table.rows] == ["mps", "vod"]
    assert table.rows[0] == ("mps", "global", "poll", "succeeded", 1200, 3, 40, 0, 0, 0, 5, 6)
    assert plain_lines(table)[1].startswith("mps     global  poll  succeeded  1,200        3         40")


def test_failure_lines_have_the_stream_and_the_error() -> None:
    reports = (make_report(), make_report("mps", CredentialsError("no")))
    result = SyncResult(reports, (StreamFailure("tat", CredentialsError("none")),))
    assert failure_lines(result) == ["mps: no", "tat: none"]
