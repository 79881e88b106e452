"""What every provider must have and do before it gets a response: facts, example, requests, signatures."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args, get_type_hints
from urllib.parse import urlsplit

import pytest
from pydantic import TypeAdapter, ValidationError

from syncer.config import load
from syncer.config.provider_options import option_names
from syncer.errors import ConfigurationError
from syncer.model import GLOBAL, Credentials, Query, Request, Role, Task
from syncer.model.pagination import NumberedPaging
from syncer.ports import Provider, ProviderClass
from syncer.providers import PROVIDERS, create_provider
from syncer.records import parse_page
from tests.support.provider_queries import NOW, header, list_query, queries
from tests.support.provider_responses import json_response, make_provider

_CREDENTIALS = Credentials("ACCESSKEY", "hush-secret", "hush-token")


# The class


def test_unknown_provider_is_refused_with_the_known_names() -> None:
    with pytest.raises(ConfigurationError, match=", ".join(PROVIDERS)):
        create_provider("nonsense")


def test_class_has_the_name_of_its_registry_entry(name: str, provider: Provider) -> None:
    assert (PROVIDERS[name].name, provider.name) == (name, name)
    assert name.isidentifier() and name == name.lower()


def test_title_is_for_people(provider: Provider) -> None:
    assert provider.title.strip() == provider.title
    assert provider.title != provider.name


def test_options_are_read_from_configuration(provider_class: ProviderClass) -> None:
    options_class, least = provider_class.options_class, provider_class.example.options
    assert is_dataclass(options_class)
    written = {key: list(value) if isinstance(value, tuple) else value for key, value in least.items()}
    options = TypeAdapter(options_class).validate_python(written)
    assert create_provider(provider_class.name, options=options).facts.lists
    for key in written:
        with pytest.raises(ValidationError):
            TypeAdapter(options_class).validate_python({**written, key: 7})


def test_least_options_are_those_without_a_default(provider_class: ProviderClass) -> None:
    if provider_class.example.options:
        with pytest.raises(TypeError):
            create_provider(provider_class.name)
    else:
        assert create_provider(provider_class.name).facts.lists


def test_site_is_the_configured_one(name: str, provider_class: ProviderClass) -> None:
    if "site" in option_names(provider_class.options_class):
        sites = get_args(get_type_hints(provider_class.options_class)["site"])
        assert len(sites) > 1
        assert [make_provider(name, site=site).site for site in sites] == list(sites)
    else:
        assert make_provider(name).site == ""


def test_regions_are_requested_only_where_there_are_any(provider: Provider) -> None:
    if provider.regions == (GLOBAL,):
        with pytest.raises(ConfigurationError, match="leave `regions` out"):
            provider.regions_request()
        assert provider.parse_regions(json_response({})) == ()
    else:
        assert provider.regions_request().action


def test_account_is_requested_only_where_the_vendor_names_it(provider: Provider) -> None:
    request = provider.identity_request()
    if request is None:
        assert provider.parse_identity(json_response({})) == ""
    else:
        assert request.action != provider.request(list_query(provider)).action


# The example


def test_example_configuration_loads_and_shows_every_option(
    provider_class: ProviderClass, tmp_path: Path
) -> None:
    path = tmp_path / "syncer.toml"
    path.write_text(provider_class.example.configuration, encoding="utf-8")
    (source,) = load(path).sources
    assert source.provider_name == provider_class.name
    for key in option_names(provider_class.options_class):
        assert f"\n{key} = " in path.read_text("utf-8")


def test_example_response_is_a_whole_list_of_documented_records(
    provider_class: ProviderClass, provider: Provider
) -> None:
    response = json_response(provider_class.example.response)
    page = parse_page(provider, list_query(provider), response, observed_at=NOW)
    assert len(page.sightings) == provider_class.example.records > 0
    assert (page.next_cursor, page.rejected, page.quirks) == (None, (), ())


# Facts


def test_facts_are_sound(provider: Provider) -> None:
    facts = provider.facts
    roles = [one.role for one in facts.lists]
    assert roles.count(Role.PRIMARY) == 1
    assert len({one.name for one in facts.lists}) == len(facts.lists)
    assert 0 < facts.page_size <= 100
    assert facts.requests_per_second > 0
    assert facts.paging.overlap < facts.page_size
    assert facts.environment


def test_facts_name_known_paths_and_fields_of_a_task(provider: Provider) -> None:
    facts = provider.facts
    assert facts.fields.keys() <= facts.known_paths
    assert facts.known_values.keys() <= facts.known_paths
    assert set(facts.fields.values()) <= {one.name for one in fields(Task)}


def test_lists_are_in_the_order_of_reading(provider: Provider) -> None:
    roles = [one.role for one in provider.facts.lists]
    assert roles == sorted(roles, key=[Role.OPEN, Role.PRIMARY, Role.FAILED].index)


# Requests


def test_requests_go_to_the_vendor_by_https(provider: Provider) -> None:
    for query in queries(provider):
        request = provider.request(query)
        parts = urlsplit(request.url)
        assert parts.scheme == "https"
        assert header(request, "host") == parts.netloc
        assert request.action


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8080", "https://vpc.example"])
def test_endpoint_replaces_scheme_and_host(name: str, provider: Provider, endpoint: str) -> None:
    redirected = make_provider(name, endpoint=endpoint)
    for query in queries(provider):
        request, plain = redirected.request(query), urlsplit(provider.request(query).url)
        assert request.url == f"{endpoint}{plain.path}?{plain.query}".rstrip("?")
        assert header(request, "host") == urlsplit(endpoint).netloc


@pytest.mark.parametrize("endpoint", ["ftp://x", "https://x/api", "https://me:key@x"])
def test_endpoint_is_scheme_and_host_alone(name: str, endpoint: str) -> None:
    with pytest.raises(ConfigurationError):
        make_provider(name, endpoint=endpoint)


def test_request_depends_on_the_query_alone(provider: Provider) -> None:
    for query in queries(provider):
        assert provider.request(query) == provider.request(query)


def test_every_query_makes_a_request_of_its_own(provider: Provider) -> None:
    requests = [provider.request(query) for query in queries(provider)]
    assert len({(one.url, one.body) for one in requests}) == len(requests)


def test_cursor_and_page_size_are_sent(provider: Provider) -> None:
    """A computed cursor means the same page however often it was asked for."""
    wanted = [list_query(provider, cursor="3", limit=20), list_query(provider, cursor="4", limit=20)]
    wanted += [list_query(provider, limit=20), list_query(provider, limit=10)]
    sent = [_content(provider.request(query)) for query in wanted]
    assert len(set(sent)) == len(sent)
    if isinstance(provider.facts.paging, NumberedPaging):
        assert _content(provider.request(list_query(provider, cursor="3~2", limit=20))) == sent[0]


def test_window_is_sent(provider: Provider) -> None:
    if provider.facts.has_windows:
        ends = [(None, None), (NOW, None), (None, NOW), (NOW, NOW), (NOW - timedelta(hours=1), NOW)]
        wanted = [list_query(provider, created_from=start, created_to=end) for start, end in ends]
        assert len({_content(provider.request(query)) for query in wanted}) == len(ends)


def _content(request: Request) -> tuple[str, bytes]:
    return request.url, request.body


# Signatures


def test_signature_changes_headers_alone(provider: Provider) -> None:
    for query in queries(provider):
        request = provider.request(query)
        signed = provider.sign(request, _CREDENTIALS, NOW, "nonce-1")
        assert (signed.method, signed.url, signed.body) == (request.method, request.url, request.body)
        assert request.headers.items() <= signed.headers.items()
        assert header(signed, "authorization")


def test_signature_sends_the_token_and_never_the_secret(provider: Provider) -> None:
    request = provider.request(queries(provider)[0])
    headers = provider.sign(request, _CREDENTIALS, NOW, "nonce-1").headers
    assert "hush-token" in headers.values()
    assert not any("hush-secret" in value for value in headers.values())
    without_token = provider.sign(request, Credentials("ACCESSKEY", "hush-secret"), NOW, "nonce-1")
    assert not any("token" in name.lower() for name in without_token.headers)


def test_signature_depends_on_time_secret_and_request(provider: Provider) -> None:
    first, second = (provider.request(query) for query in (queries(provider)[0], queries(provider)[-1]))

    def signature(request: Request, secret: str, now: datetime) -> str:
        return header(provider.sign(request, Credentials("ACCESSKEY", secret), now, "n"), "authorization")

    later = NOW + timedelta(days=1)
    different = {
        signature(first, "a", NOW),
        signature(first, "b", NOW),
        signature(first, "a", later),
        signature(second, "a", NOW),
    }
    assert len(different) == 4
    assert signature(first, "a", NOW) in different


def test_query_by_id_carries_every_id(provider: Provider) -> None:
    for count in {1, provider.facts.ids_per_request} - {0}:
        ids = tuple(f"task-{n}" for n in range(count))
        request = provider.request(Query(ids=ids, region="r", limit=count))
        assert all(each in request.url + request.body.decode() for each in ids)
