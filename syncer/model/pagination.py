"""How lists are divided into pages: by offset, page number or token, and the arithmetic of their cursors.

A cursor is text. An offset counts the rows before the page, from 0; a page number counts pages, from 1.
`90~2` asks for the page at 90 for the third time: it was empty, although by the total more rows follow. A
token is text that the API has returned; nothing is computed from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from syncer.model.calls import Query

#: How often an empty page is asked for again while, by the total, more rows follow.
EMPTY_PAGE_RETRIES = 3


class ListEnd(Enum):
    """What a page says about the end of its list."""

    REACHED = "reached"
    #: Rows follow, by the total or because there is no total.
    AHEAD = "ahead"
    #: The page is empty, and by the total it should not be.
    CONTRADICTED = "contradicted"


def list_end(rows: int, remaining: int | None, *, full: int) -> ListEnd:
    """Whether a list by offset or page number ends with a page of `rows` rows.

    `remaining` is how many rows are left from the page on, by the total; None without a total. A page of
    `full` rows holds as many as the server gives. A total is a hint, since many search engines count no
    further than 10,000: a full page never ends a list, even where it reaches the total. The list ends at a
    shorter page that reaches the total exactly, or at an empty page that is not before it.
    """
    if rows == 0:
        return ListEnd.CONTRADICTED if remaining is not None and remaining > 0 else ListEnd.REACHED
    return ListEnd.REACHED if rows == remaining and rows < full else ListEnd.AHEAD


def count_rows(records: Sequence[Any], id_field: str) -> int:
    """How many rows of the list `records` are: a row that is on the page twice counts once.

    `id_field` holds a record's id; a record without one counts as a row.
    """
    ids = [
        record[id_field]
        for record in records
        if isinstance(record, dict) and isinstance(record.get(id_field), str | int)
    ]
    return len(records) - len(ids) + len(set(ids))


class Paging(ABC):
    """How an API divides a list into pages: exactly one of Offsets, PageNumbers and Tokens."""

    @property
    def overlap(self) -> int:
        """How many rows neighbouring pages share. At least one must reappear, or the scan steps back."""
        return 0

    @property
    def is_resumable(self) -> bool:
        """Whether a cursor means the same rows after a pause."""
        return False

    @property
    def names_next_record(self) -> bool:
        """Whether a cursor is the id of the record that the next page begins with.

        A page that ends such a list without that record has not shown the end, but lost its place.
        """
        return False

    @property
    def keeps_page_size(self) -> bool:
        """Whether pages that had to shrink stay small to the end of the scan."""
        return False

    @abstractmethod
    def smaller_page(self, cursor: str | None, size: int, at_most: int) -> tuple[str | None, int]:
        """Cursor and size of a page of at most `at_most` rows that begins where that of `size` rows does."""

    @abstractmethod
    def after_row(self, cursor: str | None) -> str | None:
        """The cursor behind the one row of the page at `cursor`; None if only the API knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens(Paging):
    """The API returns a token for the next page: a scroll token, a marker."""

    is_resumable: bool = False
    names_next_record: bool = False

    def smaller_page(self, cursor: str | None, size: int, at_most: int) -> tuple[str | None, int]:
        return cursor, at_most

    def after_row(self, cursor: str | None) -> str | None:
        return None


class NumberedPaging(Paging):
    """What offsets and page numbers share: a cursor is a number, and the next one is computed."""

    _FIRST: ClassVar[int]

    def number(self, cursor: str | None) -> int:
        """The offset or page number that `cursor` encodes; the first one without a cursor."""
        return self._position(cursor)[0]

    @abstractmethod
    def rows_before(self, cursor: str | None, size: int) -> int:
        """How many rows come before the page of `size` rows at `cursor`."""

    @abstractmethod
    def _following(self, query: Query, rows: int, remaining: int | None) -> int:
        """The number of the page after one of `rows` rows; `remaining` as in `list_end`."""

    def next_cursor(
        self, query: Query, rows: int, total: int | None, *, served_size: int | None = None
    ) -> str | None:
        """The cursor of the page after one of `rows` rows; None at the end of the list.

        `total` is what the API says the list holds. `served_size` is the page size that the server says it
        used; where it is smaller than the requested one, pages are counted by it.
        """
        size = served_size if served_size and 0 < served_size < query.limit else query.limit
        remaining = None if total is None else total - self.rows_before(query.cursor, size)
        # A server may give fewer rows than asked for: then its longest page is a full one.
        full = min(size, query.longest_page or size)
        match list_end(rows, remaining, full=full):
            case ListEnd.REACHED:
                return None
            case ListEnd.AHEAD:
                return str(self._following(query, rows, remaining))
        number, retries = self._position(query.cursor)
        return None if retries == EMPTY_PAGE_RETRIES else f"{number}~{retries + 1}"

    def after_row(self, cursor: str | None) -> str | None:
        return str(self.number(cursor) + 1)

    def _position(self, cursor: str | None) -> tuple[int, int]:
        """The number that `cursor` encodes, and how often its page was asked for again."""
        number, _, retries = (cursor or "").partition("~")
        return int(number or self._FIRST), int(retries or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offsets(NumberedPaging):
    """A cursor is the number of rows before the page. Neighbouring pages share `overlap` rows.

    Rows that come or go while pages are read shift the others; the overlap shows whether any was passed over.
    """

    _FIRST: ClassVar[int] = 0
    #: On pages of fewer than twice as many rows, half of the page.
    overlap: int = 10

    def __post_init__(self) -> None:
        if self.overlap < 1:
            raise ValueError("pages by offset must overlap, or rows are lost that move while pages are read")

    def rows_before(self, cursor: str | None, size: int) -> int:
        return self.number(cursor)

    def back_cursor(self, query: Query, rows: int) -> str | None:
        """The cursor to step back to if no row of the page before has reappeared: rows have moved up.

        None on the first page. An empty page says nothing about the one before it.
        """
        offset = self.number(query.cursor)
        return str(max(0, offset - self._step(query.limit))) if rows and offset else None

    def smaller_page(self, cursor: str | None, size: int, at_most: int) -> tuple[str | None, int]:
        return cursor, at_most

    def _following(self, query: Query, rows: int, remaining: int | None) -> int:
        offset = self.number(query.cursor)
        if rows >= query.limit:
            return offset + self._step(query.limit)
        if rows < query.longest_page and (remaining is None or remaining <= rows):
            # Probably the last page, and the next one is empty. If it has rows, none reappears, and the scan
            # steps back.
            return offset + rows
        # The server gives less than asked, and may go on so: the overlap must not use up the whole page.
        return offset + rows - min(self.overlap, rows // 2)

    def _step(self, limit: int) -> int:
        return limit - min(self.overlap, limit // 2)


@dataclass(frozen=True, slots=True)
class PageNumbers(NumberedPaging):
    """A cursor is the number of a page, counted from 1, and so means other rows for every page size."""

    _FIRST: ClassVar[int] = 1

    @property
    def keeps_page_size(self) -> bool:
        return True

    def rows_before(self, cursor: str | None, size: int) -> int:
        return (self.number(cursor) - 1) * size

    def smaller_page(self, cursor: str | None, size: int, at_most: int) -> tuple[str | None, int]:
        # Only a page size that divides the larger one has a page that begins at the same row.
        smaller = next(divisor for divisor in range(at_most, 0, -1) if size % divisor == 0)
        return str(self.rows_before(cursor, size) // smaller + 1), smaller

    def _following(self, query: Query, rows: int, remaining: int | None) -> int:
        return self.number(query.cursor) + 1
