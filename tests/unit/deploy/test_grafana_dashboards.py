"""The dashboards: built from their sources, complete, and within Grafana's grid."""

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


def test_dashboards_are_built_from_their_sources(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "build.py", tmp_path], check=True)
    built = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    there = {path.name: path.read_text("utf-8") for path in (FOLDER / "dashboards").iterdir()}
    assert built == there


def test_dashboards_have_unique_uids() -> None:
    addresses = [board["uid"] for board in DASHBOARDS.values()]
    assert len(set(addresses)) == len(addresses)
    # Grafana's limits for a uid.
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", uid) for uid in addresses)


@EACH
def test_panels_do_not_overlap(board: dict[str, Any]) -> None:
    cells: Counter[tuple[int, int]] = Counter()
    for panel in board["panels"]:
        position = panel["gridPos"]
        assert position["x"] + position["w"] <= 24
        for x in range(position["x"], position["x"] + position["w"]):
            cells.update((x, y) for y in range(position["y"], position["y"] + position["h"]))
    assert set(cells.values()) == {1}


@EACH
def test_panels_have_numbers_titles_and_descriptions(board: dict[str, Any]) -> None:
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    assert all(panel["description"].endswith(".") for panel in panels)


@EACH
def test_every_query_uses_the_provisioned_data_source(board: dict[str, Any]) -> None:
    provisioned = (FOLDER / "provisioning" / "datasources" / "syncer.yaml").read_text("utf-8")
    query = [
        each["datasource"]
        for each in [*board["panels"], *board["annotations"]["list"], *board["templating"]["list"]]
        if each.get("type") != "constant"
    ]
    query += [target["datasource"] for panel in board["panels"] for target in panel["targets"]]
    for source in query:
        assert f"uid: {source['uid']} " in provisioned
        assert f"type: {source['type']}\n" in provisioned


@EACH
def test_dashboard_uses_grafanas_time_zone(board: dict[str, Any]) -> None:
    assert board["timezone"] == ""
    assert board["schemaVersion"] == 39


def test_queries_read_only_the_schema_reporting() -> None:
    for query in queries():
        assert "reporting." in query.sql, query
        assert "sync." not in query.sql, query
        assert ";" not in query.sql, query


def test_macro_arguments_have_no_parentheses() -> None:
    for query in queries():
        for arguments in re.findall(r"\$__\w+\(([^)]*)\)", query.sql):
            assert "(" not in arguments, query


def test_queries_use_the_selected_sources() -> None:
    for query in queries():
        assert query.kind == "variable" or "ARRAY[$source]" in query.sql, query


@EACH
def test_page_describes_every_panel(board: dict[str, Any]) -> None:
    described = {title for cell in re.findall(r"^\| (.*?) \|", PAGE, re.M) for title in re.split("; ", cell)}
    described |= {title for cell in described for title in re.split(", (?=[A-Z])", cell)}
    assert [panel["title"] for panel in board["panels"] if panel["title"] not in described] == []
