"""Pages and formats of the simulated aiccs."""

from __future__ import annotations

from syncer.simulator import Faults
from syncer.simulator.http_messages import SimRequest
from tests.support.simulator_calls import (
    aiccs_page,
    get_request,
    one_list,
)


def test_aiccs_server_may_cap_the_page_size() -> None:
    pipeline = one_list("aiccs", faults=Faults(page_cap=7))

    data = aiccs_page(pipeline, PageSize=50)["Data"]

    assert (len(data["Record"]), data["PageSize"], data["Total"]) == (7, 7, 300)
    assert pipeline.injector.fired() == {"page_cap": 1}


def test_aiccs_may_fail_with_status_200() -> None:
    pipeline = one_list("aiccs", faults=Faults(unsuccessful_rate=1.0))

    body = aiccs_page(pipeline)

    assert body["Success"] is False
    assert "Data" not in body


def test_aiccs_page_past_the_end_is_empty() -> None:
    assert aiccs_page(one_list("aiccs"), PageNo=99)["Data"]["Record"] == []


def test_aiccs_response_is_xml_unless_json_is_requested() -> None:
    pipeline = one_list("aiccs")
    request = get_request("/", Action="ListTask", PageSize=1)
    result = pipeline.api.execute(request)

    xml = pipeline.api.response(result, SimRequest("GET", "/", "", {"accept": "*/*"}))
    json = pipeline.api.response(result, SimRequest("GET", "/", "Format=JSON", {}))

    assert xml.headers["content-type"].startswith("text/xml")
    assert b"<TaskName>" in xml.body
    assert json.headers["content-type"].startswith("application/json")


def test_aiccs_campaign_has_no_fire_time_before_its_start() -> None:
    pipeline = one_list("aiccs", backlog=2_000)
    for status, started in (("INIT", False), ("READY", False), ("RUNNING", True)):
        rows = aiccs_page(pipeline, Status=status, PageSize=100)["Data"]["Record"]
        assert rows and all(("FireTime" in row) is started for row in rows)
