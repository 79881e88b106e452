"""Cursors of each kind of paging, the end of a list, and pages that shrink."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.model import Offsets, PageNumbers, Paging, Query, Tokens, count_rows
from syncer.model.pagination import ListEnd, NumberedPaging, list_end

OFFSETS = Offsets()
PAGES = PageNumbers()
TOKENS = Tokens(is_resumable=True)


def page(cursor: str | None, limit: int = 100) -> Query:
    return Query(list_name="tasks", cursor=cursor, limit=limit)


# Kinds


def test_paging_is_one_of_its_kinds() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Paging()  # type: ignore[abstract]


@pytest.mark.parametrize("overlap", [0, -1])
def test_offsets_must_overlap(overlap: int) -> None:
    with pytest.raises(ValueError, match="must overlap"):
        Offsets(overlap=overlap)


@pytest.mark.parametrize("paging", [OFFSETS, PAGES], ids=["offsets", "page numbers"])
def test_numbers_do_not_survive_a_pause(paging: Paging) -> None:
    assert not paging.is_resumable
    assert not paging.names_next_record


def test_only_offsets_overlap_and_only_page_numbers_keep_their_size() -> None:
    assert [paging.overlap for paging in (OFFSETS, PAGES, TOKENS)] == [10, 0, 0]
    assert [paging.keeps_page_size for paging in (OFFSETS, PAGES, TOKENS)] == [False, True, False]


def test_tokens_say_what_they_are() -> None:
    assert (TOKENS.is_resumable, TOKENS.names_next_record) == (True, False)
    assert Tokens(names_next_record=True).names_next_record
    assert not Tokens().is_resumable


# The end of a list


@pytest.mark.parametrize(
    ("rows", "remaining", "end"),
    [
        pytest.param(100, 500, ListEnd.AHEAD, id="full page"),
        pytest.param(60, 60, ListEnd.REACHED, id="total reached"),
        pytest.param(100, 100, ListEnd.AHEAD, id="total reached by a full page"),
        pytest.param(120, 120, ListEnd.AHEAD, id="total reached by more rows than asked for"),
        pytest.param(60, 0, ListEnd.AHEAD, id="total of zero"),
        pytest.param(60, -1, ListEnd.AHEAD, id="negative total"),
        pytest.param(60, 61, ListEnd.AHEAD, id="one row is missing"),
        pytest.param(60, 10, ListEnd.AHEAD, id="more than the total"),
        pytest.param(60, None, ListEnd.AHEAD, id="no total"),
        pytest.param(0, 0, ListEnd.REACHED, id="empty, total reached"),
        pytest.param(0, -50, ListEnd.REACHED, id="empty, past the total"),
        pytest.param(0, 50, ListEnd.CONTRADICTED, id="empty before the total"),
        pytest.param(0, None, ListEnd.REACHED, id="empty, no total"),
    ],
)
def test_list_ends_at_a_short_page_that_reaches_its_total_or_at_an_empty_page(
    rows: int, remaining: int | None, end: ListEnd
) -> None:
    assert list_end(rows, remaining, full=100) is end


def test_repeated_row_counts_once() -> None:
    assert count_rows([{"Id": 1}, {"Id": 2}, {"Id": 1}], "Id") == 2
    assert count_rows([{"Id": "a"}, {"Id": None}, {}, "odd", {"Id": []}], "Id") == 5
    assert count_rows([], "Id") == 0


# Next and previous pages


@pytest.mark.parametrize(
    ("cursor", "limit", "rows", "total", "after"),
    [
        pytest.param(None, 100, 100, 500, "90", id="full page"),
        pytest.param("90", 100, 60, 150, None, id="last page"),
        pytest.param("90", 100, 100, 190, "180", id="full page that reaches the total"),
        pytest.param(None, 100, 0, 0, None, id="empty list"),
        pytest.param("90", 100, 0, 150, "90~1", id="empty before the end"),
        pytest.param("90~1", 100, 0, 150, "90~2", id="empty again"),
        pytest.param("90~3", 100, 0, 150, None, id="empty too often"),
        pytest.param("90~2", 100, 60, 150, None, id="filled at last"),
        pytest.param("180", 100, 0, 150, None, id="empty past the end"),
        pytest.param("90", 100, 100, 150, "180", id="more than the total"),
        pytest.param(None, 100, 20, 500, "10", id="server gives less"),
        pytest.param(None, 100, 1, 500, "1", id="server gives one"),
        pytest.param(None, 100, 100, None, "90", id="no total"),
        pytest.param("90", 100, 0, None, None, id="no total, empty"),
        pytest.param(None, 5, 5, 50, "3", id="small page"),
        pytest.param("7", 1, 1, 50, "8", id="page of one"),
    ],
)
def test_next_offset(cursor: str | None, limit: int, rows: int, total: int | None, after: str | None) -> None:
    assert OFFSETS.next_cursor(page(cursor, limit), rows, total) == after


def test_overlap_sets_the_distance_of_pages() -> None:
    assert Offsets(overlap=2).next_cursor(page("98"), 100, 500) == "196"
    assert Offsets(overlap=60).next_cursor(page(None), 100, 500) == "50"


@pytest.mark.parametrize(
    ("cursor", "limit", "rows", "before"),
    [(None, 100, 100, None), ("90", 100, 100, "0"), ("180", 100, 7, "90"), ("40", 100, 5, "0")],
)
def test_offset_before(cursor: str | None, limit: int, rows: int, before: str | None) -> None:
    assert OFFSETS.back_cursor(page(cursor, limit), rows) == before


def test_empty_page_has_no_page_to_step_back_to() -> None:
    assert OFFSETS.back_cursor(page("90"), 0) is None


@pytest.mark.parametrize(
    ("cursor", "rows", "total", "served_size", "after"),
    [
        pytest.param(None, 50, 120, 50, "2", id="full page"),
        pytest.param("3", 20, 120, 50, None, id="last page"),
        pytest.param("2", 50, 100, None, "3", id="full page that reaches the total"),
        pytest.param(None, 0, 0, 50, None, id="empty list"),
        pytest.param(None, 20, 70, 20, "2", id="smaller pages than asked for"),
        pytest.param("4", 10, 70, 20, None, id="last of the smaller pages"),
        pytest.param(None, 20, 45, 50, "2", id="fewer rows than the server says"),
        pytest.param("4", 0, 45, 50, None, id="empty past the end"),
        pytest.param("2", 0, 120, 50, "2~1", id="empty before the end"),
        pytest.param("2~3", 0, 120, 50, None, id="empty too often"),
        pytest.param("2", 20, None, 50, "3", id="no total"),
        pytest.param("3", 0, None, 50, None, id="no total, empty"),
        pytest.param("2", 49, 99, -1, None, id="impossible page size"),
        pytest.param("2", 49, 99, 100, None, id="larger page size than asked for"),
        pytest.param(None, 20, 20, 20, "2", id="smaller full page that reaches the total"),
    ],
)
def test_next_page_number(
    cursor: str | None, rows: int, total: int | None, served_size: int | None, after: str | None
) -> None:
    query = page(cursor, limit=50)
    assert PAGES.next_cursor(query, rows, total, served_size=served_size) == after


@pytest.mark.parametrize(("paging", "first"), [(OFFSETS, 0), (PAGES, 1)], ids=["offsets", "page numbers"])
def test_number_of_a_cursor(paging: NumberedPaging, first: int) -> None:
    assert [paging.number(cursor) for cursor in (None, "7", "7~2")] == [first, 7, 7]


# Pages that shrink, and rows that are passed over


@pytest.mark.parametrize(
    ("cursor", "size", "at_most", "expected"),
    [
        pytest.param(None, 50, 25, ("1", 25), id="first page"),
        pytest.param("3", 50, 25, ("5", 25), id="half"),
        pytest.param("3~2", 50, 6, ("21", 5), id="next smaller divisor"),
        pytest.param("2", 7, 3, ("8", 1), id="prime"),
    ],
)
def test_smaller_page_begins_at_the_same_row(
    cursor: str | None, size: int, at_most: int, expected: tuple[str, int]
) -> None:
    smaller = PAGES.smaller_page(cursor, size, at_most)
    assert smaller == expected
    assert PAGES.rows_before(*smaller) == PAGES.rows_before(cursor, size)


@pytest.mark.parametrize("paging", [OFFSETS, TOKENS], ids=["offsets", "tokens"])
def test_cursor_that_is_no_page_number_stays(paging: Paging) -> None:
    assert paging.smaller_page("90", 100, 50) == ("90", 50)


def test_row_can_be_passed_over_where_the_next_cursor_is_computed() -> None:
    assert (OFFSETS.after_row(None), OFFSETS.after_row("90~1")) == ("1", "91")
    assert (PAGES.after_row(None), PAGES.after_row("7")) == ("2", "8")
    assert TOKENS.after_row("token") is None


# Whole lists


@given(st.integers(0, 400), st.integers(1, 100), st.integers(1, 100))
def test_steady_list_by_offset_is_read_to_its_last_row(rows: int, limit: int, cap: int) -> None:
    """Whatever is asked for, and however little of it the server gives on a page."""
    seen: set[int] = set()
    cursor: str | None = None
    for _ in range(2000):
        start = OFFSETS.number(cursor)
        shown = range(rows)[start : start + min(limit, cap)]
        assert not shown or start <= max(seen, default=-1) + 1
        seen.update(shown)
        cursor = OFFSETS.next_cursor(page(cursor, limit), len(shown), rows)
        if cursor is None:
            break
    assert cursor is None
    assert len(seen) == rows


@given(st.integers(0, 400), st.integers(1, 100), st.integers(1, 100))
def test_steady_list_by_page_number_is_read_to_its_last_row(rows: int, limit: int, cap: int) -> None:
    """Where the server gives less than asked for and says so."""
    size = min(limit, cap)
    seen: list[int] = []
    cursor: str | None = None
    for _ in range(402):
        start = PAGES.rows_before(cursor, size)
        shown = range(rows)[start : start + size]
        seen += shown
        cursor = PAGES.next_cursor(page(cursor, limit), len(shown), rows, served_size=size)
        if cursor is None:
            break
    assert cursor is None
    assert seen == list(range(rows))


@pytest.mark.parametrize("total", [None, 0, 60, 100, 10_000], ids=str)
@settings(max_examples=30)
@given(rows=st.integers(101, 400), limit=st.integers(1, 100), cap=st.integers(1, 100))
def test_list_is_read_past_a_total_that_stops_counting(
    total: int | None, rows: int, limit: int, cap: int
) -> None:
    """Where the total is capped, null or zero, and however little of a page the server gives."""
    seen: set[int] = set()
    cursor: str | None = None
    longest = 0
    for _ in range(2000):
        start = OFFSETS.number(cursor)
        shown = range(rows)[start : start + min(limit, cap)]
        seen.update(shown)
        query = Query(list_name="tasks", cursor=cursor, limit=limit, longest_page=longest)
        if start == 0 and len(shown) == total and len(shown) < limit:
            return  # The page is the same as that of a list of one page.
        cursor = OFFSETS.next_cursor(query, len(shown), None if total is None else min(total, rows))
        longest = max(longest, len(shown))
        if cursor is None:
            break
    assert cursor is None
    assert len(seen) == rows
