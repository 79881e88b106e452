"""Writes the dashboards: `python deploy/grafana/build.py`, or into another folder where one is named.

What is to be seen, with its SQL, is in `source/*.toml`; what Grafana wants to have said about it is in
`panels.py`. Grafana reads neither, only `dashboards/*.json`; a test holds these against the sources.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from panels import DATASOURCE, make_panel, make_target

HERE = Path(__file__).parent
#: Grafana 11.0; newer ones bring older dashboards up to date when they load them.
_SCHEMA_VERSION = 39
_GRID = 24

_SOURCES = "SELECT source FROM reporting.sources ORDER BY source"
_SOURCES_OF_PROVIDER = "SELECT source FROM reporting.sources WHERE provider = '$provider' ORDER BY source"


def dashboards() -> Iterator[tuple[str, str]]:
    """Each dashboard's file, and what is to be in it."""
    for path in sorted((HERE / "source").glob("*.toml")):
        told = _read(path.stem)
        # Without a title it is a part of others.
        if "title" in told:
            text = json.dumps(_dashboard(told), indent=2, ensure_ascii=False)
            yield f"{path.stem}.json", text + "\n"


def _read(name: str) -> dict[str, Any]:
    told = tomllib.loads((HERE / "source" / f"{name}.toml").read_text("utf-8"))
    merged: dict[str, Any] = {"panels": [], "annotations": []}
    for part in (*map(_read, told.pop("include", ())), told):
        merged |= part | {key: [*merged[key], *part.get(key, ())] for key in ("panels", "annotations")}
    return merged


def _dashboard(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "uid": told["uid"],
        "title": told["title"],
        "description": told["description"],
        "tags": ["syncer"],
        "schemaVersion": _SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        # That of the user's preferences, which is to be the reporting time zone.
        "timezone": "",
        "time": {"from": told["from"], "to": "now"},
        "refresh": "5m",
        "links": [_link()],
        "annotations": {"list": list(map(_annotation, told["annotations"]))},
        "templating": {"list": _variables(told.get("provider"))},
        "panels": list(_placed(told["panels"])),
    }


def _placed(panels: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The panels from left to right, as many in a row as fit."""
    x = y = row = 0
    for number, told in enumerate(panels, 1):
        width, height = told["width"], told.get("height", 9)
        if x + width > _GRID:
            x, y, row = 0, y + row, 0
        yield make_panel(told, number, {"x": x, "y": y, "w": width, "h": height})
        x, row = x + width, max(row, height)


def _annotation(told: dict[str, Any]) -> dict[str, Any]:
    """What shades the graphs where it is so."""
    return {
        "name": told["name"],
        "enable": True,
        "hide": False,
        "iconColor": told["colour"],
        "datasource": DATASOURCE,
        "target": make_target(told["sql"], "table"),
    }


def _variables(provider: str | None) -> list[dict[str, Any]]:
    source = {
        "name": "source",
        "label": "Source",
        "type": "query",
        "datasource": DATASOURCE,
        "query": _SOURCES_OF_PROVIDER if provider else _SOURCES,
        "multi": True,
        "includeAll": True,
        "current": {"text": ["All"], "value": ["$__all"]},
        "refresh": 1,
        "sort": 0,
        "regex": "",
        "options": [],
        "hide": 0,
        "skipUrlSync": False,
    }
    if not provider:
        return [source]
    constant = {"name": "provider", "type": "constant", "query": provider, "hide": 2, "skipUrlSync": True}
    return [constant, source]


def _link() -> dict[str, Any]:
    """The other dashboards, in a menu."""
    return {
        "title": "syncer",
        "type": "dashboards",
        "tags": ["syncer"],
        "asDropdown": True,
        "includeVars": False,
        "keepTime": True,
        "targetBlank": False,
        "icon": "external link",
        "tooltip": "",
        "url": "",
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else HERE / "dashboards"
    for name, text in dashboards():
        (folder / name).write_text(text, "utf-8")
