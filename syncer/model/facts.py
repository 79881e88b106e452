"""What is known of a provider's API before the first call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from syncer.model.pagination import Paging


class Role(StrEnum):
    """What a list is read for."""

    #: Shows open tasks only. Read whole.
    OPEN = "open"
    #: Shows every task (or every finished one). A poll may stop in it at the frontier.
    PRIMARY = "primary"
    #: Shows the failed among the PRIMARY list before it: tells outcomes, to the depth PRIMARY was read.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list of a provider. Lists are declared in lifecycle order, the order in which they must be read."""

    name: str
    role: Role
    #: True where every task in the list has ended, so that a finish order is meaningful.
    terminal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a provider's API before the first call. A duration nobody documents is None."""

    lists: tuple[Listing, ...]
    #: How lists are divided into pages.
    paging: Paging
    #: The most records one page may hold.
    page_size: int
    #: Our default rate for each account and action, below what the vendor documents.
    requests_per_second: float
    #: How long the lists show a task.
    retention: timedelta | None = None
    #: How long a call by id answers; None: as long as the lists.
    detail_retention: timedelta | None = None
    #: How many ids one call takes; 0 where tasks cannot be asked for by id.
    ids_per_request: int = 0
    #: True where a call by id answers in another shape than the list: it fills fields, it replaces none.
    answers_detail: bool = False
    #: True where the list can be restricted to an interval of creation times (both ends included).
    has_windows: bool = False
    #: Paths (dotted, list indices left out) whose changes mean nothing, such as signed URLs.
    volatile: frozenset[str] = frozenset()
    #: Every documented path of a list record; whatever else turns up is stored and noted as a quirk.
    known_paths: frozenset[str] = frozenset()
    #: Documented values of enumerations, by path; a new one is stored and noted as a quirk.
    known_values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Which field of Task a path fills: a value there that could not be understood is noted as a quirk.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: The vendor's own environment variables, tried in turn: (access key, secret key, session token).
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
