"""Any record can be stored or is rejected, and none prevents the storage of the others."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from syncer.model import Query, Response
from syncer.providers import create_provider
from syncer.records import parse_page
from syncer.storage import PgStreamStore
from tests.integration.storage.conftest import Look
from tests.support.sightings import T0, begin, store

#: Random letters, so that no index can compress them.
_LONG = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=5_000))
_HUGE = "x\U0001f600" * 2_500_000
_ODD: dict[str, Any] = {
    "long text": {"type": _LONG, "status": _LONG, "mediaId": _LONG},
    "five megabytes": {"mediaId": _HUGE, "extra": _HUGE},
    "large numbers": {"mediaId": 10**400, "size": 1e300, "small": 5e-324, "below": -(2**63) - 1},
    "no numbers": {"size": float("inf"), "rate": float("nan")},
    "names": {"": 1, "\x00": 2, "\ud800": 3, "a.b": {"": {"": None}}, _LONG: 4},
    "texts": {"type": "\x00", "status": "\ud800", "mediaId": "\udfff\x00"},
    "times": {"createTime": "0000-00-00T00:00:00Z", "finishTime": "9999-12-31T23:59:59Z"},
    "other types": {"type": [], "status": {}, "mediaId": True, "createTime": 1, "finishTime": [None]},
    "deep": {"extra": json.loads("[" * 200 + "]" * 200)},
}


@pytest.mark.parametrize("odd", _ODD.values(), ids=_ODD)
def test_unusual_record_is_stored_beside_others(odd: dict[str, Any], ours: PgStreamStore, look: Look) -> None:
    shown(ours, [{"taskId": "before"}, {"taskId": "odd", **odd}, {"taskId": "behind"}])
    assert ids(look) == ["before", "behind", "odd"]


def test_numbers_are_stored_without_loss(ours: PgStreamStore, look: Look) -> None:
    numbers = '"exact": 12345678901234567.89, "small": 0.1000, "large": 1e400'
    lost = '"huge": 1e99999, "twice": 1, "twice": 2'
    shown_text(
        ours, f'{{"taskId": "odd", {numbers}, {lost}}}, {{"taskId": "even", "exact": 12345678901234567.8}}'
    )
    rows = look(
        "SELECT raw ->> 'exact' AS exact, raw ->> 'small' AS small, length(raw ->> 'large') AS large,"
        " raw -> 'huge' AS huge, raw -> 'twice' AS twice, raw_altered FROM sync.tasks ORDER BY task_id DESC"
    )
    assert [row["exact"] for row in rows] == ["12345678901234567.89", "12345678901234567.8"]
    assert (rows[0]["small"], rows[0]["large"], rows[0]["huge"], rows[0]["twice"]) == (
        "0.1",
        401,
        "1e99999",
        2,
    )
    assert [row["raw_altered"] for row in rows] == [True, False]


def test_record_with_a_very_long_id_is_rejected(ours: PgStreamStore, look: Look) -> None:
    shown(ours, [{"taskId": "before"}, {"taskId": _LONG}, {"taskId": "behind"}])
    assert ids(look) == ["before", "behind"]
    (row,) = look("SELECT reason, record FROM sync.rejected_records")
    assert "longer than" in row["reason"]
    assert json.loads(row["record"]) == {"taskId": _LONG}


def shown(ours: PgStreamStore, records: list[dict[str, Any]]) -> None:
    """Store a page of a list with these records."""
    shown_text(ours, ", ".join(map(json.dumps, records)))


def shown_text(ours: PgStreamStore, records: str) -> None:
    """Store a page of a list with the records in this JSON text."""
    body = f'{{"data": [{records}], "isTruncated": false}}'.encode()
    answer = Response(200, {"content-type": "application/json"}, body)
    page = parse_page(create_provider("baidu_vod"), Query(list_name="tasks"), answer, observed_at=T0)
    store(ours, begin(ours), *page.sightings, rejected=page.rejected, quirks=page.quirks)


def ids(look: Look) -> list[str]:
    return [row["task_id"] for row in look("SELECT task_id FROM reporting.tasks ORDER BY task_id")]
