"""What every provider keeps to, whichever vendor it speaks to. A new one is taken in by the registry."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from syncer.errors import ConfigurationError, ProtocolError, RecordError, Retryable, SyncerError, Throttled
from syncer.model import Credentials, Query, Request, Response, Role, Task
from syncer.ports import Provider
from syncer.providers import PROVIDERS, create_provider
from syncer.records import parse_page
from tests.support.provider_responses import OPTIONS, answer, made

_NOW = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
_CREDENTIALS = Credentials("ACCESSKEY", "hush-secret", "hush-token")
_KINDS = tuple(PROVIDERS)

kinds = pytest.mark.parametrize("kind", _KINDS)

#: JSON as a vendor might send it on a bad day.
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=8,
)


def queries(provider: Provider) -> list[Query]:
    """One query of each kind that the provider must answer."""
    facts = provider.facts
    asked = [Query(list_name=one.name, region="r", limit=facts.page_size) for one in facts.lists]
    if facts.ids_per_request:
        asked.append(Query(ids=("id-1",), region="r", limit=1))
    if facts.has_windows:
        asked.append(Query(list_name=facts.lists[0].name, created_from=_NOW, created_to=_NOW))
    return asked


def record_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Records with the documented fields, any of them missing or odd."""
    known = made(kind).facts.known_paths
    top = sorted({path.partition(".")[0] for path in known})
    inner = sorted({path.partition(".")[2] for path in known if "." in path}) or ["x"]
    part = st.dictionaries(st.sampled_from(inner), _JSON, max_size=4)
    return st.dictionaries(st.sampled_from(top) | st.text(max_size=3), _JSON | part, max_size=12)


# Making one


def test_registry_names_what_it_holds() -> None:
    assert set(PROVIDERS) == set(OPTIONS)
    assert len(PROVIDERS) == len(_KINDS)
    assert "tencent_mps" in PROVIDERS
    assert "tencent_cvm" not in PROVIDERS


def test_unknown_kind_is_refused_by_naming_the_known() -> None:
    with pytest.raises(ConfigurationError, match="baidu_vod"):
        create_provider("tencent_cvm")


@kinds
def test_class_and_registry_agree_on_the_name(kind: str) -> None:
    assert PROVIDERS[kind].name == kind


@kinds
def test_options_are_read_from_configuration(kind: str) -> None:
    options = PROVIDERS[kind].Options
    assert is_dataclass(options)
    given_options = {name: list(v) if isinstance(v, tuple) else v for name, v in OPTIONS[kind].items()}
    read = TypeAdapter(options).validate_python(given_options)
    assert create_provider(kind, options=read).facts.lists
    for name in given_options:
        with pytest.raises(ValidationError):
            TypeAdapter(options).validate_python({**given_options, name: 7})


@kinds
def test_defaults_hold_where_nothing_must_be_chosen(kind: str) -> None:
    if OPTIONS[kind]:
        with pytest.raises(TypeError):
            create_provider(kind)
    else:
        assert create_provider(kind).facts.lists


# Facts


@kinds
def test_facts_are_sound(kind: str) -> None:
    facts = made(kind).facts
    roles = [one.role for one in facts.lists]
    assert roles.count(Role.PRIMARY) == 1
    assert len({one.name for one in facts.lists}) == len(facts.lists)
    assert 0 < facts.page_size <= 100
    assert facts.requests_per_second > 0
    assert facts.paging.overlap < facts.page_size
    assert facts.environment


@kinds
def test_facts_name_known_paths_and_fields_of_a_task(kind: str) -> None:
    facts = made(kind).facts
    assert facts.fields.keys() <= facts.known_paths
    assert facts.known_values.keys() <= facts.known_paths
    assert set(facts.fields.values()) <= {one.name for one in fields(Task)}


@kinds
def test_open_and_failed_lists_stand_where_they_must(kind: str) -> None:
    roles = [one.role for one in made(kind).facts.lists]
    assert roles == sorted(roles, key=[Role.OPEN, Role.PRIMARY, Role.FAILED].index)


# Requests


@kinds
def test_requests_go_to_the_vendor_by_https(kind: str) -> None:
    provider = made(kind)
    for query in queries(provider):
        request = provider.request(query)
        parts = urlsplit(request.url)
        assert parts.scheme == "https"
        assert host_of(request) == parts.netloc
        assert request.action


@kinds
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8080", "https://vpc.example"])
def test_endpoint_replaces_scheme_and_host(kind: str, endpoint: str) -> None:
    provider = made(kind, endpoint=endpoint)
    for query in queries(provider):
        request = provider.request(query)
        plain = urlsplit(made(kind).request(query).url)
        assert request.url == f"{endpoint}{plain.path}?{plain.query}".rstrip("?")
        assert host_of(request) == urlsplit(endpoint).netloc


@kinds
def test_request_depends_on_the_query_alone(kind: str) -> None:
    provider = made(kind)
    for query in queries(provider):
        assert provider.request(query) == provider.request(query)


@kinds
def test_every_query_makes_a_request_of_its_own(kind: str) -> None:
    provider = made(kind)
    asked = [provider.request(query) for query in queries(provider)]
    assert len({(one.url, one.body) for one in asked}) == len(asked)


def host_of(request: Request) -> str:
    return next(value for name, value in request.headers.items() if name.lower() == "host")


# Signatures


@kinds
def test_sign_adds_headers_alone(kind: str) -> None:
    provider = made(kind)
    for query in queries(provider):
        request = provider.request(query)
        signed = provider.sign(request, _CREDENTIALS, _NOW, "nonce-1")
        assert (signed.method, signed.url, signed.body) == (request.method, request.url, request.body)
        assert request.headers.items() <= signed.headers.items()
        assert any(name.lower() == "authorization" for name in signed.headers)


@kinds
def test_sign_sends_the_token_and_never_the_secret(kind: str) -> None:
    provider = made(kind)
    request = provider.request(queries(provider)[0])
    headers = provider.sign(request, _CREDENTIALS, _NOW, "nonce-1").headers
    assert "hush-token" in headers.values()
    assert not any("hush-secret" in value for value in headers.values())
    keyless = provider.sign(request, Credentials("ACCESSKEY", "hush-secret"), _NOW, "nonce-1")
    assert not any("token" in name.lower() for name in keyless.headers)


@kinds
def test_signature_depends_on_time_secret_and_request(kind: str) -> None:
    provider = made(kind)
    first, second = (provider.request(query) for query in (queries(provider)[0], queries(provider)[-1]))

    def signature(request: Request, secret: str, now: datetime) -> str:
        signed = provider.sign(request, Credentials("ACCESSKEY", secret), now, "nonce-1")
        return next(value for name, value in signed.headers.items() if name.lower() == "authorization")

    later = _NOW + timedelta(days=1)
    made_of = {
        signature(first, "a", _NOW),
        signature(first, "b", _NOW),
        signature(first, "a", later),
        signature(second, "a", _NOW),
    }
    assert len(made_of) == 4
    assert signature(first, "a", _NOW) in made_of


# Answers


@kinds
@pytest.mark.parametrize(
    ("given_answer", "kind_of_error"),
    [
        (answer(b"<html>busy</html>", 503, content_type="text/html"), Retryable),
        (answer(b"<html>busy</html>", 429, content_type="text/html"), Throttled),
        (answer(b'{"Response": {"Data": [', 200), Retryable),
        (answer(b"", 200), Retryable),
        (answer(b"<html>log in</html>", 200, content_type="text/html"), ProtocolError),
        (answer(b"<html>log in</html>", 407, content_type="text/html"), ConfigurationError),
        (answer([], 200), ProtocolError),
        (answer({}, 200), ProtocolError),
        (answer({}, 500), Retryable),
        (answer({}, 429), Throttled),
        (answer({}, 404), ProtocolError),
    ],
    ids=lambda value: f"{value.status} {value.body.decode()[:12]}" if isinstance(value, Response) else "",
)
def test_answer_that_is_none_names_the_reaction(
    kind: str, given_answer: Response, kind_of_error: type[SyncerError]
) -> None:
    provider = made(kind)
    for query in queries(provider):
        if provider.facts.answers_detail and query.ids and given_answer.body == b"{}":
            continue
        with pytest.raises(SyncerError) as caught:
            provider.parse(query, given_answer)
        assert type(caught.value) is kind_of_error
        assert "\n" not in str(caught.value)


@kinds
@settings(max_examples=50, deadline=None)
@given(value=_JSON)
def test_parse_fails_only_in_documented_ways(kind: str, value: object) -> None:
    provider = made(kind)
    for query in queries(provider):
        try:
            envelope = provider.parse(query, answer(value))
        except SyncerError:
            continue
        assert isinstance(envelope.records, tuple)


@kinds
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_record_becomes_a_task_or_has_no_id(kind: str, data: st.DataObject) -> None:
    provider = made(kind)
    record = data.draw(record_of(kind))
    for query in queries(provider):
        try:
            task = provider.task(query, provider.reduce(record))
        except RecordError:
            continue
        assert task.task_id
        for name in ("created_at", "started_at", "finished_at", "updated_at"):
            moment = getattr(task, name)
            assert moment is None or moment.tzinfo is UTC


@kinds
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_page_of_odd_records_loses_none(kind: str, data: st.DataObject) -> None:
    provider = made(kind)
    records = data.draw(st.lists(record_of(kind) | _JSON, max_size=3))
    page = parse_page(
        provider, Query(list_name=provider.facts.lists[0].name), enveloped(kind, records), observed_at=_NOW
    )
    assert len(page.sightings) + len(page.rejected) == len(records)
    for sighting in page.sightings:
        assert sighting.record is not None
        sighting.record.encode()
        assert "\x00" not in str(json.loads(sighting.record))
    assert len({(quirk.path, quirk.value) for quirk in page.quirks}) == len(page.quirks)


def enveloped(kind: str, records: list[Any]) -> Response:
    """`records` in the envelope of the provider's list."""
    total = len(records)
    return answer(
        {
            "tencent_mps": {"Response": {"TaskSet": records, "TotalCount": total, "ScrollToken": ""}},
            "tencent_tat": {"Response": {"InvocationTaskSet": records, "TotalCount": total}},
            "alibaba_aiccs": {"Code": "OK", "Success": True, "Data": {"Total": total, "Record": records}},
            "baidu_vod": {"data": records, "isTruncated": False},
        }[kind]
    )


# Regions


@kinds
def test_regions_are_asked_for_only_where_there_are_any(kind: str) -> None:
    provider = made(kind)
    if provider.facts.has_regions:
        assert provider.regions_request().action
    else:
        with pytest.raises(ConfigurationError, match="leave `regions` out"):
            provider.regions_request()
        assert provider.parse_regions(answer({})) == ()


@kinds
def test_site_and_endpoint_are_shown(kind: str) -> None:
    provider: Any = made(kind)
    assert provider.site == ("cn" if kind.startswith("tencent") else "")
    assert provider.endpoint.startswith("https://")
