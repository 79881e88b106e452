"""What the contract tests ask of any provider: its queries, and records as bad as they come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from syncer.model import Query, Request
from syncer.ports import Provider

NOW = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)

#: JSON as a vendor might send it on a bad day.
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=8,
)


def list_query(provider: Provider, **fields: Any) -> Query:
    """A query for the last list of the provider."""
    return Query(list_name=provider.facts.lists[-1].name, region="r", **fields)


def queries(provider: Provider) -> list[Query]:
    """One query of each kind that the provider must answer."""
    facts = provider.facts
    asked = [Query(list_name=one.name, region="r", limit=facts.page_size) for one in facts.lists]
    if facts.ids_per_request:
        asked.append(Query(ids=("id-1",), region="r", limit=1))
    if facts.has_windows:
        asked.append(Query(list_name=facts.lists[0].name, created_from=NOW, created_to=NOW))
    return asked


def records(provider: Provider) -> st.SearchStrategy[dict[str, Any]]:
    """Records with the documented fields, any of them missing or odd."""
    known = provider.facts.known_paths
    top = sorted({path.partition(".")[0] for path in known})
    inner = sorted({path.partition(".")[2] for path in known if "." in path}) or ["x"]
    part = st.dictionaries(st.sampled_from(inner), JSON, max_size=4)
    return st.dictionaries(st.sampled_from(top) | st.text(max_size=3), JSON | part, max_size=12)


def header(request: Request, name: str) -> str:
    """The value of one header, whose name may be written in any case."""
    return next(value for written, value in request.headers.items() if written.lower() == name)


def account_request(provider: Provider) -> Request:
    """The request for the account of a key, of a provider that has one."""
    request = provider.identity_request()
    assert request is not None
    return request
