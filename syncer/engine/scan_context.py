"""What the reader of a scan needs: facts and limits of its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from syncer.model import Facts, Order
from syncer.planning.order import Boundary


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanContext:
    """The facts and limits of one list of a stream."""

    facts: Facts
    region: str
    page_size: int
    #: The orders that earlier runs have learned for the list.
    learned: frozenset[Order]
    #: Where a scan that does not read to the end may stop; None where it may not.
    boundary: Boundary | None
    retention: timedelta | None
