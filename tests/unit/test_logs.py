"""Log lines: one per event, without secrets."""

from __future__ import annotations

import io
import json
import logging

import pytest

from syncer import logs

SECRET = 'pa"ss/wörd='


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setattr(logs, "redactor", logs.Redactor())
    return io.StringIO()


def lines(sink: io.StringIO) -> list[str]:
    return sink.getvalue().splitlines()


def test_event_is_one_line_of_pairs(sink: io.StringIO) -> None:
    logs.configure(to=sink)
    logging.getLogger("syncer.engine").info("page.stored", extra={"rows": 100, "list": "a b", "note": ""})
    [line] = lines(sink)
    assert line[10] == "T" and line[23:].startswith("Z INFO page.stored ")
    assert line.endswith('rows=100 list="a b" note=""')


def test_bound_fields_are_on_every_event(sink: io.StringIO) -> None:
    logs.configure(to=sink)
    log = logging.getLogger("syncer.engine")
    with logs.bound(source="tat", run_id=7):
        with logs.bound(stream="tat/ap-guangzhou", mode="poll"):
            log.info("run.started")
        log.info("run.finished", extra={"run_id": 8})
    log.info("daemon.stopped")
    assert [line.split(" INFO ")[1] for line in lines(sink)] == [
        "run.started source=tat run_id=7 stream=tat/ap-guangzhou mode=poll",
        "run.finished source=tat run_id=8",
        "daemon.stopped",
    ]


def test_json_line_is_an_object(sink: io.StringIO) -> None:
    logs.configure(form="json", to=sink)
    with logs.bound(source="视频"):
        logging.getLogger("syncer.engine").warning("page.refused", extra={"rows": 1, "is_last": True})
    event = json.loads(lines(sink)[0])
    assert event.pop("at").endswith("Z")
    assert event == {
        "level": "WARNING",
        "event": "page.refused",
        "logger": "syncer.engine",
        "source": "视频",
        "rows": 1,
        "is_last": True,
    }


@pytest.mark.parametrize("form", ["text", "json"])
def test_traceback_stays_on_the_line(sink: io.StringIO, form: str) -> None:
    logs.configure(form=form, to=sink)  # type: ignore[arg-type]
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        logging.getLogger("syncer.engine").exception("run.failed\nbadly")
    [line] = lines(sink)
    assert "ValueError: first" in line and "Traceback" in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_secret_is_in_no_part_of_a_line(sink: io.StringIO, form: str) -> None:
    logs.redactor.register_secret(SECRET)
    logs.redactor.register_secret("hunter2")
    logs.configure(form=form, to=sink)  # type: ignore[arg-type]
    log = logging.getLogger("syncer.http")
    try:
        raise ValueError(f"https://host/?key=pa%22ss%2Fw%C3%B6rd%3D and {SECRET}")
    except ValueError:
        facts = {"error": SECRET, "parts": [SECRET, "hunter2"], "count": 3}
        log.exception("request.failed %s", SECRET, extra=facts, stack_info=True)
    written = sink.getvalue()
    assert "***" in written
    for spelling in ("hunter2", SECRET, json.dumps(SECRET)[1:-1], "pa%22ss%2Fw", "wörd", "w\\u00f6rd"):
        assert spelling not in written


def test_secret_in_a_bound_field_is_masked(sink: io.StringIO) -> None:
    logs.redactor.register_secret("hunter2")
    logs.configure(to=sink)
    with logs.bound(source="hunter2"):
        logging.getLogger("syncer").info("run.started")
    assert "hunter2" not in sink.getvalue()


def test_short_secret_is_not_masked() -> None:
    redactor = logs.Redactor()
    redactor.register_secret("abc")
    assert redactor.redact("abcdef") == "abcdef"


def test_longest_secret_is_masked_first() -> None:
    redactor = logs.Redactor()
    redactor.register_secret("hunter")
    redactor.register_secret("hunter2")
    assert redactor.redact("hunter2!") == "***!"


def test_event_with_wrong_arguments_is_logged() -> None:
    record = logging.makeLogRecord({"msg": "page.stored %d rows", "args": ("many",)})
    assert logs.TextFormatter(logs.Redactor()).format(record).endswith("page.stored %d rows ('many',)")


def test_level_applies_to_our_events_only(sink: io.StringIO) -> None:
    logs.configure("debug", to=sink)
    logging.getLogger("syncer.engine").debug("page.stored")
    logging.getLogger("elsewhere").debug("noise")
    logging.getLogger("elsewhere").warning("trouble")
    assert [line.split(" ")[2] for line in lines(sink)] == ["page.stored", "trouble"]


def test_second_configuration_replaces_the_first(sink: io.StringIO) -> None:
    logs.configure(to=io.StringIO())
    logs.configure(to=sink)
    logging.getLogger("syncer").info("daemon.started")
    assert len(lines(sink)) == 1
