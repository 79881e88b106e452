"""Sources, their streams, and the state of a stream: what its runs have proven and learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

#: The region of a stream whose provider has none; never null, so that joins and keys stay simple.
GLOBAL = "global"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured use of a provider, without its secrets."""

    name: str
    provider: str
    site: str
    account: str
    #: A digest of the access key; finds a renamed source in the database.
    key_hash: str = ""
    poll_every: timedelta
    sweep_every: timedelta
    retention: timedelta | None
    detail_retention: timedelta | None
    visibility_lag: timedelta
    lookback_min: timedelta
    lookback_max: timedelta
    page_size: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A source in one region: the smallest unit with its own coverage and schedule."""

    source: Source
    region: str = GLOBAL

    @property
    def label(self) -> str:
        """The stream's name in messages: `tat/ap-guangzhou`, or `mps-cn` where there is no region."""
        return stream_label(self.source.name, self.region)


def stream_label(source: str, region: str) -> str:
    """The label of the stream of `source` in `region`, see `Stream.label`."""
    return source if region == GLOBAL else f"{source}/{region}"


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Creation times from `start` to before `end`."""

    start: datetime
    end: datetime


class Order(StrEnum):
    """An order of a list. No vendor documents one, so it is learned from the rows, never assumed."""

    CREATED_DESC = "created newest first"
    FINISHED_DESC = "finished newest first"
    UPDATED_DESC = "updated newest first"
    CREATED_ASC = "created oldest first"


class OutcomeFilter(StrEnum):
    """What is known about the filter of a FAILED list."""

    UNPROVEN = "unproven"
    TRUSTED = "trusted"
    #: The API answered as if the filter were not there.
    IGNORED = "ignored"
    #: The API refused the filter.
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """What the runs of a stream have proven and learned so far. Intervals are sorted and disjoint."""

    polled: tuple[Interval, ...] = ()
    swept: tuple[Interval, ...] = ()
    #: By list: the orders that its last complete scan did not contradict.
    orders: Mapping[str, frozenset[Order]] = field(default_factory=dict)
    #: None until something was learned; then between the source's bounds.
    lookback: timedelta | None = None
    #: Starts of complete runs, on the provider's clock.
    first_sweep_at: datetime | None = None
    last_sweep_at: datetime | None = None
    last_run_at: datetime | None = None
    #: The age of the oldest task that the last complete sweep showed, at its start. It may exceed the
    #: retention. It decides when an open task is lost, and never what is covered.
    shown_age: timedelta | None = None
    #: Until when the vendor asked for a pause, as far as the headroom allows it; None after a complete run.
    paused_until: datetime | None = None
    outcome_filter: OutcomeFilter = OutcomeFilter.UNPROVEN
    outcome_filter_at: datetime | None = None
