"""What every provider must make of a response: an error that names the reaction, or records and tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.errors import (
    ConfigurationError,
    RecordError,
    Retryable,
    SyncerError,
    Throttled,
    UnexpectedResponse,
)
from syncer.model import EARLIEST, HAPPENED, INT64, LONGEST_ID, Response, Task, iso_instant
from syncer.ports import Provider
from syncer.providers import PROVIDERS
from syncer.records import parse_page
from tests.support.odd_records import ODD_INSTANTS, ODD_LITERALS, good_record, put, to_json
from tests.support.provider_queries import JSON, NOW, list_query, queries, records
from tests.support.provider_responses import json_response, response_with

_INSTANTS = ("created_at", "started_at", "finished_at", "updated_at")
_INTEGERS = ("progress_done", "progress_total", "rank")


@pytest.mark.parametrize(
    ("response", "error_class"),
    [
        (json_response(b"<html>busy</html>", 503, content_type="text/html"), Retryable),
        (json_response(b"<html>busy</html>", 429, content_type="text/html"), Throttled),
        (json_response(b'{"Response": {"Data": [', 200), Retryable),
        (json_response(b"", 200), Retryable),
        (json_response(b"<html>log in</html>", 200, content_type="text/html"), UnexpectedResponse),
        (json_response(b"<html>log in</html>", 407, content_type="text/html"), ConfigurationError),
        (json_response([], 200), UnexpectedResponse),
        (json_response({}, 200), UnexpectedResponse),
        (json_response({"code": 502, "message": "busy"}, 200), UnexpectedResponse),
        (json_response({"error": {"code": "Busy"}}, 200), UnexpectedResponse),
        (json_response({}, 500), Retryable),
        (json_response({}, 429), Throttled),
        (json_response({}, 404), UnexpectedResponse),
    ],
    ids=lambda value: f"{value.status} {value.body.decode()[:12]}" if isinstance(value, Response) else "",
)
def test_response_without_records_names_the_reaction(
    provider: Provider, response: Response, error_class: type[SyncerError]
) -> None:
    for query in queries(provider):
        if provider.facts.has_details and query.ids and response.body == b"{}":
            continue
        with pytest.raises(SyncerError) as caught:
            provider.parse(query, response)
        assert type(caught.value) is error_class
        assert "\n" not in str(caught.value)


@settings(max_examples=50)
@given(value=JSON)
def test_parse_raises_nothing_but_documented_errors(provider: Provider, value: object) -> None:
    for query in queries(provider):
        try:
            envelope = provider.parse(query, json_response(value))
        except SyncerError:
            continue
        assert isinstance(envelope.records, tuple)


@pytest.mark.parametrize("literal", ODD_LITERALS)
def test_odd_value_anywhere_in_a_response_is_no_crash(name: str, provider: Provider, literal: str) -> None:
    """Every record of a page becomes a task or a rejected record; what is no page is a documented error."""
    for body in _with_odd_value(PROVIDERS[name].example.response, f"@@{literal}@@"):
        for query in queries(provider):
            response = json_response(to_json(body))
            try:
                envelope = provider.parse(query, response)
            except SyncerError as error:
                assert "\n" not in str(error)
                continue
            page = parse_page(provider, query, response, observed_at=NOW)
            assert len(page.sightings) + len(page.rejected) == len(envelope.records)


@settings(max_examples=50)
@given(data=st.data())
def test_record_becomes_a_task_that_can_be_stored(provider: Provider, data: st.DataObject) -> None:
    record = data.draw(records(provider))
    for query in queries(provider):
        try:
            task = provider.task(query, provider.reduce(record), NOW)
        except RecordError:
            continue
        assert 0 < len(task.task_id) <= LONGEST_ID
        assert all((moment := getattr(task, key)) is None or moment.tzinfo is UTC for key in _INSTANTS)
        assert all((number := getattr(task, key)) is None or number in INT64 for key in _INTEGERS)


def test_record_with_an_oversized_id_is_rejected(name: str, provider: Provider) -> None:
    """It would fit into no index of the database, and its whole batch would fail."""
    (record, *_), task_id = _example(name, provider)
    too_long = "x" * (LONGEST_ID + 1)
    oversized = {key: too_long if value == task_id else value for key, value in record.items()}
    page = parse_page(provider, list_query(provider), response_with(name, [oversized]), observed_at=NOW)
    assert (len(page.sightings), len(page.rejected)) == (0, 1)
    assert f"longer than {LONGEST_ID} characters" in page.rejected[0].reason


def test_number_that_no_column_can_hold_is_left_out(name: str, provider: Provider) -> None:
    (record, *_), _ = _example(name, provider)
    for path, field in provider.facts.fields.items():
        if field in _INTEGERS and "." not in path:
            for number in (INT64.stop, INT64.start - 1):
                assert (
                    getattr(provider.task(list_query(provider), {**record, path: number}, NOW), field) is None
                )
            kept = provider.task(list_query(provider), {**record, path: INT64.stop - 1}, NOW)
            assert getattr(kept, field) == INT64.stop - 1


@settings(max_examples=50)
@given(data=st.data())
def test_page_of_odd_records_loses_none(name: str, provider: Provider, data: st.DataObject) -> None:
    odd = data.draw(st.lists(records(provider) | JSON, max_size=3))
    page = parse_page(provider, list_query(provider), response_with(name, odd), observed_at=NOW)
    assert len(page.sightings) + len(page.rejected) == len(odd)
    for sighting in page.sightings:
        assert sighting.record is not None
        sighting.record.encode()
        assert "\x00" not in str(json.loads(sighting.record))
    assert len({(quirk.path, quirk.value) for quirk in page.quirks}) == len(page.quirks)


@pytest.mark.parametrize("written", ODD_INSTANTS)
def test_impossible_instant_is_null_and_noted(name: str, provider: Provider, written: str) -> None:
    """For every instant of every provider."""
    instants = {path: field for path, field in provider.facts.fields.items() if field.endswith("_at")}
    for path in (*instants, *provider.facts.view_instants):
        record = good_record(provider, "a", NOW)
        put(record, path, written)
        page = parse_page(provider, list_query(provider), response_with(name, [record]), observed_at=NOW)
        (sighting,) = page.sightings
        mapped = getattr(sighting.task, instants[path]) if path in instants else None
        assert mapped is None or EARLIEST <= mapped <= NOW + HAPPENED
        if mapped is None and (path in instants or iso_instant(written, NOW) is None):
            assert path in [quirk.path for quirk in page.quirks]


def test_constants_name_fields_of_a_task() -> None:
    assert {*_INSTANTS, *_INTEGERS} <= {field.name for field in fields(Task)}


def _example(name: str, provider: Provider) -> tuple[list[dict[str, Any]], object]:
    """The records of the example response, and the id of the first as the vendor writes it."""
    envelope = provider.parse(list_query(provider), json_response(PROVIDERS[name].example.response))
    task = provider.task(list_query(provider), envelope.records[0], NOW)
    shown = list(envelope.records)
    return shown, next(value for value in shown[0].values() if str(value) == task.task_id)


def _with_odd_value(value: Any, odd: object) -> Iterator[Any]:
    """Copies of `value` in each of which one part, at any depth, is `odd`."""
    yield odd
    if isinstance(value, dict):
        for key, part in value.items():
            yield from ({**value, key: copy} for copy in _with_odd_value(part, odd))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from ([*value[:index], copy, *value[index + 1 :]] for copy in _with_odd_value(part, odd))
