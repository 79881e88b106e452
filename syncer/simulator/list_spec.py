"""Declaration of a simulated task list: what a vendor's package states about each of its lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from syncer.simulator.lifecycle import Lifecycle
from syncer.simulator.sort_orders import ListOrder
from syncer.simulator.task_index import FilterKeys
from syncer.simulator.vendor_api import ApiContext, VendorApi


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSpec:
    """One simulated list: its name, the defaults of its options, and its classes.

    The documented rate limits are the `quotas` of the API class.
    """

    #: Name of the list in options, on the admin port and of the source that reads it.
    name: str
    #: The configuration keys `provider` and `site` of the source that reads it.
    provider: str
    site: str | None = None
    #: The list's share of all tasks is its weight by the sum of all weights.
    weight: int
    order: ListOrder = ListOrder.CREATED_DESC
    #: How long the list shows a task, as documented; None: for ever.
    retention: timedelta | None = None
    #: How long a call by id finds a task, as documented; None: as long as the list shows it.
    detail_retention: timedelta | None = None
    #: Whether each task belongs to one of the simulator's regions.
    has_regions: bool = False
    #: Whether the vendor has a call that names the account of a key.
    names_account: bool = True
    lifecycle: Lifecycle
    filter_keys: FilterKeys
    create_api: Callable[[ApiContext], VendorApi]
