"""Where the next page begins in a list that is read by offset, while rows come and go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncer.model import Query

#: How many rows neighbouring pages share, where a page is at least twice as long.
OVERLAP = 10
#: How often an empty page is asked for again, where the list should go on.
PATIENCE = 3


def offset_of(cursor: str | None) -> int:
    """The offset that a cursor stands for."""
    return position(cursor, 0)[0]


def places(found: Sequence[Any], name: str) -> int:
    """How many places of the list these rows take up: one that stands on the page twice takes one.

    `name` is the field that holds a row's id.
    """
    ids = [row[name] for row in found if isinstance(row, dict) and isinstance(row.get(name), str | int)]
    return len(found) - len(ids) + len(set(ids))


def next_offset(query: Query, found: int, total: int | None) -> str | None:
    """The cursor after a page of `found` rows; None at the end of the list.

    The list ends where its total is reached to the row, or at an empty page past the total. An empty page
    before that is asked for again a few times; rows past the total mean that the total is wrong.
    """
    offset, tries = position(query.cursor, 0)
    if found == 0:
        return asked_again(offset, tries) if total is not None and offset < total else None
    end = offset + found
    if end == total:
        return None
    if found >= query.limit:
        return str(offset + _step(query.limit))
    # The server gives less than asked, and may go on so: the overlap must not eat up the page.
    return str(end - min(OVERLAP, found // 2))


def offset_before(query: Query, found: int) -> str | None:
    """The cursor to step back to, if no row of the page before reappears: then rows have moved up.

    None where nothing lies before. An empty page says nothing about the one before it.
    """
    offset = offset_of(query.cursor)
    return str(max(0, offset - _step(query.limit))) if found and offset else None


def position(cursor: str | None, first: int) -> tuple[int, int]:
    """The place that `cursor` stands for, and how often it was asked for in vain; `first` without cursor."""
    place, _, tries = (cursor or "").partition("~")
    return int(place or first), int(tries or 0)


def asked_again(place: int, tries: int) -> str | None:
    """The cursor that asks for an empty page again; None once that was done often enough."""
    return None if tries == PATIENCE else f"{place}~{tries + 1}"


def _step(limit: int) -> int:
    return limit - min(OVERLAP, limit // 2)
