"""Requests outside of runs: log lines of `check` and of the look-up of regions name the source."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, cast

from syncer.app import ConfiguredSource
from tests.support import fakes
from tests.support.fakes import TAT_FACTS
from tests.support.log_events import collected_events, fields


class LoggingClient:
    """A client that logs each request, as the real one logs those that it retries."""

    clock_offset = None

    def __call__(self, query: object) -> None:
        logging.getLogger("syncer.http.client").info("request.retried", extra={"action": "List"})

    def regions(self) -> tuple[str, ...]:
        logging.getLogger("syncer.http.client").info("request.retried", extra={"action": "Regions"})
        return ("ap-tokyo", "ap-seoul")


def configured_source(*regions: str) -> ConfiguredSource:
    provider = SimpleNamespace(facts=TAT_FACTS)
    settings: Any = SimpleNamespace(name="tat", regions=regions, provider=provider, secrets=None)
    source = ConfiguredSource(settings, cast(Any, None), cast(Any, None))
    vars(source).update(source=fakes.make_source(name="tat"), client=LoggingClient())
    return source


def test_look_up_of_regions_names_the_source() -> None:
    with collected_events() as events:
        streams = configured_source().streams()
    assert [stream.region for stream in streams] == ["ap-tokyo", "ap-seoul"]
    assert [fields(event, "action", "source", "stream") for event in events] == [("Regions", "tat", None)]


def test_calls_of_check_name_the_source_and_the_stream() -> None:
    with collected_events() as events:
        assert configured_source("ap-tokyo", "ap-seoul").try_calls() == (2, None)
    assert [fields(event, "source", "stream") for event in events] == [
        ("tat", "tat/ap-tokyo"),
        ("tat", "tat/ap-seoul"),
    ]
