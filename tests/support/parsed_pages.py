"""Pages parsed from responses that hold given records, for the tests of the page parser."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from syncer.model import Page, Query, Sighting
from syncer.records import parse_page
from tests.support.provider_responses import json_response, make_provider, tencent_response

NOW = datetime(2024, 1, 1, tzinfo=UTC)
FINISH = Query(list_name="FINISH")
TAT_PAGE = Query(list_name="tasks", region="ap-guangzhou")


def mps(*records: Any, query: Query = FINISH, redact: tuple[str, ...] = ()) -> Page:
    """The page of the MPS list that holds `records`."""
    response = tencent_response(TaskSet=list(records), TotalCount=len(records), ScrollToken="next")
    return parse_page(make_provider("tencent_mps"), query, response, observed_at=NOW, redact=redact)


def tat(*records: Any, redact: tuple[str, ...] = (), **options: Any) -> Page:
    """The page of the TAT list that holds `records`."""
    response = tencent_response(InvocationTaskSet=list(records), TotalCount=len(records))
    provider = make_provider("tencent_tat", **options)
    return parse_page(provider, TAT_PAGE, response, observed_at=NOW, redact=redact)


def aiccs(**fields: Any) -> Sighting:
    """The sighting of an aiccs task with `fields` beside its id."""
    content = {"PageNo": 1, "PageSize": 50, "Total": 1, "Record": [{"Id": 1, **fields}]}
    response = json_response({"Code": "OK", "Success": True, "Data": content})
    page = parse_page(make_provider("alibaba_aiccs"), Query(list_name="ALL"), response, observed_at=NOW)
    (sighting,) = page.sightings
    return sighting


def mps_json(records: str) -> Page:
    """The page of the MPS list whose records are the JSON text `records`."""
    response = json_response(
        b'{"Response": {"TaskSet": [' + records.encode("utf-8", "surrogateescape") + b"]}}"
    )
    return parse_page(make_provider("tencent_mps"), FINISH, response, observed_at=NOW)


def stored_record(page: Page) -> dict[str, Any]:
    """The only record of the page, as it will be stored."""
    (sighting,) = page.sightings
    assert sighting.record is not None
    record: dict[str, Any] = json.loads(sighting.record)
    return record
