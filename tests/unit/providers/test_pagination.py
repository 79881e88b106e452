from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.model import Query
from syncer.providers.pagination import next_offset, offset_before, offset_of


def page(cursor: str | None, limit: int = 100) -> Query:
    return Query(list_name="tasks", cursor=cursor, limit=limit)


@pytest.mark.parametrize(
    ("cursor", "limit", "found", "total", "after"),
    [
        pytest.param(None, 100, 100, 500, "90", id="full page"),
        pytest.param("90", 100, 60, 150, None, id="last page"),
        pytest.param("90", 100, 100, 190, None, id="last page is full"),
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
def test_next_offset(
    cursor: str | None, limit: int, found: int, total: int | None, after: str | None
) -> None:
    assert next_offset(page(cursor, limit), found, total) == after


@pytest.mark.parametrize(
    ("cursor", "limit", "found", "before"),
    [(None, 100, 100, None), ("90", 100, 100, "0"), ("180", 100, 7, "90"), ("40", 100, 5, "0")],
)
def test_offset_before(cursor: str | None, limit: int, found: int, before: str | None) -> None:
    assert offset_before(page(cursor, limit), found) == before


def test_empty_page_gives_nowhere_to_step_back() -> None:
    assert offset_before(page("90"), 0) is None


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(1, 100), st.integers(1, 100))
def test_steady_list_is_read_to_its_last_row(rows: int, limit: int, cap: int) -> None:
    """Whatever is asked, and however little of it the server gives on a page."""
    seen: set[int] = set()
    cursor: str | None = None
    for _ in range(2000):
        start = offset_of(cursor)
        shown = range(rows)[start : start + min(limit, cap)]
        assert not shown or start <= max(seen, default=-1) + 1
        seen.update(shown)
        cursor = next_offset(page(cursor, limit), len(shown), rows)
        if cursor is None:
            break
    assert cursor is None
    assert len(seen) == rows
