"""The dashboards' files: what their sources say, whole, and in Grafana's grid."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.grafana_queries import DASHBOARDS, FOLDER, queries

EACH = pytest.mark.parametrize("board", DASHBOARDS.values(), ids=DASHBOARDS)
PAGE = (FOLDER.parents[1] / "docs" / "grafana.md").read_text("utf-8")


def test_dashboards_are_what_their_sources_say(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "build.py", tmp_path], check=True)
    built = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    there = {path.name: path.read_text("utf-8") for path in (FOLDER / "dashboards").iterdir()}
    assert built == there


def test_dashboards_have_addresses_of_their_own() -> None:
    addresses = [board["uid"] for board in DASHBOARDS.values()]
    assert len(set(addresses)) == len(addresses)
    # As Grafana demands of them.
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", uid) for uid in addresses)


@EACH
def test_panels_lie_beside_each_other(board: dict[str, Any]) -> None:
    taken: Counter[tuple[int, int]] = Counter()
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            taken.update((x, y) for y in range(place["y"], place["y"] + place["h"]))
    assert set(taken.values()) == {1}


@EACH
def test_panels_have_numbers_titles_and_descriptions(board: dict[str, Any]) -> None:
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    assert all(panel["description"].endswith(".") for panel in panels)


@EACH
def test_everything_asks_the_source_that_is_provisioned(board: dict[str, Any]) -> None:
    provisioned = (FOLDER / "provisioning" / "datasources" / "syncer.yaml").read_text("utf-8")
    asked = [
        each["datasource"]
        for each in [*board["panels"], *board["annotations"]["list"], *board["templating"]["list"]]
        if each.get("type") != "constant"
    ]
    asked += [target["datasource"] for panel in board["panels"] for target in panel["targets"]]
    for source in asked:
        assert f"uid: {source['uid']} " in provisioned
        assert f"type: {source['type']}\n" in provisioned


@EACH
def test_dashboard_shows_in_grafanas_own_time_zone(board: dict[str, Any]) -> None:
    assert board["timezone"] == ""
    assert board["schemaVersion"] == 39


@pytest.mark.parametrize("asked", list(queries()), ids=str)
def test_query_reads_nothing_but_the_schema_reporting(asked: Any) -> None:
    assert "reporting." in asked.sql
    assert "sync." not in asked.sql
    assert ";" not in asked.sql


@pytest.mark.parametrize("asked", list(queries()), ids=str)
def test_macros_have_no_parentheses_within_theirs(asked: Any) -> None:
    for arguments in re.findall(r"\$__\w+\(([^)]*)\)", asked.sql):
        assert "(" not in arguments


@pytest.mark.parametrize("asked", list(queries()), ids=str)
def test_query_is_about_the_sources_chosen(asked: Any) -> None:
    assert asked.kind == "variable" or "ARRAY[$source]" in asked.sql


@EACH
def test_page_tells_of_every_panel(board: dict[str, Any]) -> None:
    told = {title for cell in re.findall(r"^\| (.*?) \|", PAGE, re.M) for title in re.split("; ", cell)}
    told |= {title for cell in told for title in re.split(", (?=[A-Z])", cell)}
    assert [panel["title"] for panel in board["panels"] if panel["title"] not in told] == []
