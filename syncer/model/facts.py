"""Facts about a provider's API that are known before the first call, and an example of its use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from syncer.model.pagination import Paging


class Role(StrEnum):
    """Why a list is read."""

    #: Shows open tasks only. Always read to its end.
    OPEN = "open"
    #: Shows every task, or every ended task. A poll may stop in it at the frontier.
    PRIMARY = "primary"
    #: Shows the failed tasks of the PRIMARY list. Read as deep as that list, to know the outcomes.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list of a provider. Lists are declared in lifecycle order, the order in which they must be read."""

    name: str
    role: Role
    #: True where every task in the list has ended; then the list may be sorted by finish time.
    terminal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about an API before the first call. An undocumented duration is None."""

    lists: tuple[Listing, ...]
    #: How lists are divided into pages.
    paging: Paging
    #: The most records one page may hold.
    page_size: int
    #: The default rate limit per account and action, below the documented one.
    requests_per_second: float
    #: How long the lists show a task.
    retention: timedelta | None = None
    #: How long a query by id returns a task; None: as long as the lists.
    detail_retention: timedelta | None = None
    #: How many ids one query takes; 0 where the API has no query by id.
    ids_per_request: int = 0
    #: True where a query by id returns details, whose structure is not that of a list record. Details fill
    #: fields of the stored task and replace none.
    has_details: bool = False
    #: True where the list can be restricted to an interval of creation times, both ends included.
    has_windows: bool = False
    #: Paths, dotted and without list indices, whose changes are no change of the task, such as signed URLs.
    volatile: frozenset[str] = frozenset()
    #: Every documented path of a list record; any other is stored and noted as a quirk.
    known_paths: frozenset[str] = frozenset()
    #: Documented values of enumerations, by path; a new one is stored and noted as a quirk.
    known_values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: The field of Task that a path fills: a value that cannot be parsed is noted as a quirk.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: Paths of ISO times that fill no field of Task, but a column of the provider's own view.
    view_instants: frozenset[str] = frozenset()
    #: The vendor's own environment variables, tried in order: access key, secret key, session token.
    environment: tuple[tuple[str, str, str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderExample:
    """A provider by example. `syncer init` writes the configuration, the contract tests use every part."""

    #: One `[[sources]]` table in TOML that loads as it is, with every option of the provider. Comments are
    #: lines that begin with "# ".
    configuration: str
    #: The JSON body of a good response to a query for a list, which is also the last page of that list.
    response: Mapping[str, Any]
    #: How many records `response` holds, at least one.
    records: int
    #: The options without which the provider cannot be created.
    options: Mapping[str, Any] = field(default_factory=dict)
