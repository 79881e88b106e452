"""A daemon writes its errors under way at each turn, and names the daemons that differ, once each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from syncer.app import heartbeat
from syncer.errors import CredentialsError, StoreUnavailable
from syncer.model import ProcessIdentity
from syncer.outages import DATABASE, Outages
from tests.support.clocks import T0, FakeClock
from tests.support.log_events import collected_events, fields

OURS = ProcessIdentity(host="a", pid=1, version="0.1.0", configuration="one")


class FakeRow:
    """A `ProcessRow` in memory."""

    def __init__(self, *_: object) -> None:
        self.written: list[Sequence[Mapping[str, Any]]] = []
        self.others: list[ProcessIdentity] = []
        self.error: StoreUnavailable | None = None

    def record_heartbeat(self, errors: Sequence[Mapping[str, Any]]) -> list[ProcessIdentity]:
        self.delete()
        self.written.append(errors)
        return self.others

    def delete(self) -> None:
        if self.error:
            raise self.error


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> FakeRow:
    row = FakeRow()
    monkeypatch.setattr(heartbeat, "ProcessRow", lambda *_: row)
    return row


@pytest.fixture
def app() -> Any:
    return SimpleNamespace(engine=None, identity=OURS, outages=Outages(FakeClock()))


def test_turn_has_the_errors_under_way_and_ends_an_outage_of_the_database(row: FakeRow, app: Any) -> None:
    app.outages.failed("start workers of tat", CredentialsError("the key is refused"))
    app.outages.failed("vod poll", StoreUnavailable("away"))
    heartbeat.Heartbeat(app).record()
    error = {"subject": "start workers of tat", "error": "the key is refused", "since": T0.isoformat()}
    assert row.written == [[error]]
    assert DATABASE not in {outage.subject for outage in app.outages.under_way()}


def test_daemon_that_differs_is_logged_once(row: FakeRow, app: Any) -> None:
    other, same = replace(OURS, host="b", configuration="two"), replace(OURS, host="c")
    row.others = [other, same]
    ours = heartbeat.Heartbeat(app)
    with collected_events() as events:
        ours.record()
        ours.record()
        row.others = [replace(other, version="9")]
        ours.record()
    assert [fields(event, "event", "level", "host", "differs") for event in events] == [
        ("daemon.differed", "WARNING", "b", "configuration"),
        ("daemon.differed", "WARNING", "b", "version, configuration"),
    ]


def test_stop_does_not_depend_on_the_database(row: FakeRow, app: Any) -> None:
    row.error = StoreUnavailable("away")
    ours = heartbeat.Heartbeat(app)
    with pytest.raises(StoreUnavailable):
        ours.record()
    ours.end()
