"""The values that all other packages exchange: frozen, with aware datetimes, without I/O.

This package imports nothing of ours and contains no vendor's name.
"""

from syncer.model.calls import Credentials, Envelope, Page, Query, Request, Response
from syncer.model.facts import Facts, Listing, ProviderExample, Role
from syncer.model.instants import EARLIEST, HAPPENED, PLANNED, ZERO_DATES, in_bounds, iso_instant
from syncer.model.json_text import REPEATED_NAMES, OversizedNumber, parse_json
from syncer.model.pagination import Offsets, PageNumbers, Paging, Tokens, count_rows
from syncer.model.processes import DEAD_AFTER, HEARTBEAT_EVERY, ProcessIdentity
from syncer.model.runs import Batch, Checkpoint, Counts, Mode, Run, RunStatus
from syncer.model.streams import (
    GLOBAL,
    Interval,
    Order,
    OutcomeFilter,
    Source,
    Stream,
    StreamState,
    stream_label,
)
from syncer.model.tasks import INT64, LONGEST_ID, OpenTask, Quirk, Rejected, Sighting, Status, Task

__all__ = [
    "DEAD_AFTER",
    "EARLIEST",
    "GLOBAL",
    "HAPPENED",
    "HEARTBEAT_EVERY",
    "INT64",
    "LONGEST_ID",
    "PLANNED",
    "REPEATED_NAMES",
    "ZERO_DATES",
    "Batch",
    "Checkpoint",
    "Counts",
    "Credentials",
    "Envelope",
    "Facts",
    "Interval",
    "Listing",
    "Mode",
    "Offsets",
    "OpenTask",
    "Order",
    "OutcomeFilter",
    "OversizedNumber",
    "Page",
    "PageNumbers",
    "Paging",
    "ProcessIdentity",
    "ProviderExample",
    "Query",
    "Quirk",
    "Rejected",
    "Request",
    "Response",
    "Role",
    "Run",
    "RunStatus",
    "Sighting",
    "Source",
    "Status",
    "Stream",
    "StreamState",
    "Task",
    "Tokens",
    "count_rows",
    "in_bounds",
    "iso_instant",
    "parse_json",
    "stream_label",
]
