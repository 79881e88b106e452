"""Builds the dashboards: `python deploy/grafana/build.py [FOLDER]`; the default folder is `dashboards`.

The content and the SQL are in `source/*.toml`, Grafana's options in `panels.py`. Grafana reads only
`dashboards/*.json`; a test compares these with a new build.
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
#: The schema of Grafana 11.0; newer versions migrate older dashboards when they load them.
_SCHEMA_VERSION = 39
_GRID = 24

_SOURCES = "SELECT source FROM reporting.sources ORDER BY source"
_SOURCES_OF_PROVIDER = "SELECT source FROM reporting.sources WHERE provider = '$provider' ORDER BY source"


def dashboards() -> Iterator[tuple[str, str]]:
    """File name and content of each dashboard."""
    for path in sorted((HERE / "source").glob("*.toml")):
        source = _read(path.stem)
        # A file without a title is only included in others.
        if "title" in source:
            text = json.dumps(_dashboard(source), indent=2, ensure_ascii=False)
            yield f"{path.stem}.json", text + "\n"


def _read(name: str) -> dict[str, Any]:
    source = tomllib.loads((HERE / "source" / f"{name}.toml").read_text("utf-8"))
    merged: dict[str, Any] = {"panels": [], "annotations": []}
    for part in (*map(_read, source.pop("include", ())), source):
        merged |= part | {key: [*merged[key], *part.get(key, ())] for key in ("panels", "annotations")}
    return merged


def _dashboard(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "uid": source["uid"],
        "title": source["title"],
        "description": source["description"],
        "tags": ["syncer"],
        "schemaVersion": _SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        # Empty: the time zone of the user's preferences, which should be the reporting time zone.
        "timezone": "",
        "time": {"from": source["from"], "to": "now"},
        "refresh": "5m",
        "links": [_link()],
        "annotations": {"list": list(map(_annotation, source["annotations"]))},
        "templating": {"list": _variables(source.get("provider"))},
        "panels": list(_placed(source["panels"])),
    }


def _placed(panels: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The panels from left to right, with as many per row as fit."""
    x = y = row = 0
    for number, source in enumerate(panels, 1):
        width, height = source["width"], source.get("height", 9)
        if x + width > _GRID:
            x, y, row = 0, y + row, 0
        yield make_panel(source, number, {"x": x, "y": y, "w": width, "h": height})
        x, row = x + width, max(row, height)


def _annotation(source: dict[str, Any]) -> dict[str, Any]:
    """An annotation that shades the graphs where its query returns rows."""
    return {
        "name": source["name"],
        "enable": True,
        "hide": False,
        "iconColor": source["colour"],
        "datasource": DATASOURCE,
        "target": make_target(source["sql"], "table"),
    }


def _variables(provider: str | None) -> list[dict[str, Any]]:
    variable = {
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
        return [variable]
    constant = {"name": "provider", "type": "constant", "query": provider, "hide": 2, "skipUrlSync": True}
    return [constant, variable]


def _link() -> dict[str, Any]:
    """A menu with the other dashboards."""
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
