"""Waiting for the database when the process starts."""

from __future__ import annotations

import threading

import pytest

from syncer.app.wiring import REFUSED_LOGINS, App
from syncer.errors import LoginRefused, StoreUnavailable
from syncer.outages import Outages
from tests.support.clocks import FakeClock


class AppWithErrors(App):
    """An application whose database fails with `errors` in their order, then opens."""

    def __init__(self, errors: list[Exception]) -> None:
        self.errors = errors
        self.clock = FakeClock()  # type: ignore[assignment]
        self.outages = Outages(self.clock)
        self.stop = threading.Event()

    def open(self) -> None:
        """Raise the next error."""
        if self.errors:
            raise self.errors.pop(0)


def test_database_that_is_away_is_waited_for() -> None:
    app = AppWithErrors([StoreUnavailable("away")] * 50)
    app.wait_for_database()
    assert app.errors == []


def test_refused_login_is_tried_a_few_times() -> None:
    app = AppWithErrors([LoginRefused("认证失败")] * 50)
    with pytest.raises(LoginRefused):
        app.wait_for_database()
    assert len(app.errors) == 50 - REFUSED_LOGINS


def test_refusals_that_pass_are_waited_for() -> None:
    refusals: list[Exception] = [LoginRefused("too many clients")] * (REFUSED_LOGINS - 1)
    app = AppWithErrors([*refusals, StoreUnavailable("away"), *refusals])
    app.wait_for_database()
    assert app.errors == []
