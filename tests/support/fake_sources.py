"""Sources and streams of tests, and the facts of APIs like the real ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syncer.model import Facts, Listing, Offsets, PageNumbers, Role, Source, Stream, Tokens

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """The moment `seconds` after T0."""
    return T0 + timedelta(seconds=seconds)


def make_source(**overrides: object) -> Source:
    values: dict[str, object] = {
        "name": "fake",
        "provider": "fake",
        "site": "",
        "account": "account",
        "poll_every": timedelta(minutes=1),
        "sweep_every": timedelta(hours=6),
        "retention": timedelta(days=7),
        "detail_retention": None,
        "visibility_lag": timedelta(seconds=5),
        "lookback_min": timedelta(seconds=10),
        "lookback_max": timedelta(days=1),
        "page_size": 100,
    }
    return Source(**(values | overrides))  # type: ignore[arg-type]


def make_stream(**overrides: object) -> Stream:
    return Stream(make_source(**overrides))


MPS_FACTS = Facts(
    lists=(
        Listing(name="WAITING", role=Role.OPEN),
        Listing(name="PROCESSING", role=Role.OPEN),
        Listing(name="FINISH", role=Role.PRIMARY, terminal=True),
        Listing(name="FINISH.failed", role=Role.FAILED, terminal=True),
    ),
    page_size=100,
    requests_per_second=20,
    retention=timedelta(days=7),
    ids_per_request=1,
    has_details=True,
    paging=Tokens(is_resumable=True, names_next_record=True),
)
TAT_FACTS = Facts(
    lists=(Listing(name="ALL", role=Role.PRIMARY),),
    page_size=100,
    requests_per_second=10,
    ids_per_request=100,
    paging=Offsets(overlap=2),
)
AICCS_FACTS = Facts(
    lists=(
        Listing(name="waiting", role=Role.OPEN),
        Listing(name="running", role=Role.OPEN),
        Listing(name="ALL", role=Role.PRIMARY),
    ),
    page_size=50,
    requests_per_second=5,
    ids_per_request=1,
    paging=PageNumbers(),
)
VOD_FACTS = Facts(
    lists=(Listing(name="ALL", role=Role.PRIMARY),),
    page_size=100,
    requests_per_second=5,
    retention=timedelta(days=7),
    ids_per_request=1,
    has_windows=True,
    paging=Tokens(is_resumable=True),
)
#: A pair that no provider has yet: page numbers, and windows of creation times.
WINDOWED_PAGES_FACTS = replace(VOD_FACTS, paging=PageNumbers())
