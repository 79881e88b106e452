"""What a walk needs to know of its stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from syncer.model import Facts, Order
from syncer.planning.order import Boundary


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanContext:
    """The stream's facts and limits, as far as they concern one list."""

    facts: Facts
    region: str
    page_size: int
    learned: frozenset[Order]
    #: Where a scan that is not whole may stop.
    boundary: Boundary | None
    retention: timedelta | None
