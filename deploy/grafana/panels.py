"""The JSON of a panel: Grafana's options, in addition to the settings of the source file."""

from __future__ import annotations

from typing import Any

DATASOURCE = {"type": "grafana-postgresql-datasource", "uid": "syncer"}

_STATUS_COLOURS = {
    "waiting": "#8e8e8e",
    "running": "blue",
    "paused": "purple",
    "succeeded": "green",
    "failed": "red",
    "cancelled": "orange",
    "finished": "super-light-green",
    "unknown": "text",
    "lost": "dark-red",
}
_RUN_COLOURS = {"running": "blue", "succeeded": "green", "failed": "red", "interrupted": "orange"}
_COLOURS = {"status": _STATUS_COLOURS, "run": _RUN_COLOURS}

#: The states of a list's day by number, the worst first.
_STATES = (
    ("not read", "#8e8e8e"),
    ("lost", "red"),
    ("can still be filled", "orange"),
    ("unknown gap", "purple"),
    ("read, not confirmed", "super-light-green"),
    ("confirmed", "green"),
)

#: By the kind of a panel: Grafana's panel type, and whether its data are time series.
_TYPES = {
    "stat": ("stat", False),
    "table": ("table", False),
    "bars": ("barchart", False),
    "days": ("timeseries", True),
    "hours": ("timeseries", True),
    "lines": ("timeseries", True),
    "states": ("state-timeline", True),
}


def make_panel(source: dict[str, Any], number: int, position: dict[str, int]) -> dict[str, Any]:
    """The JSON of a panel."""
    kind, is_series = _TYPES[source["kind"]]
    panel = {
        "id": number,
        "type": kind,
        "title": source["title"],
        "description": source["description"],
        "datasource": DATASOURCE,
        "gridPos": position,
        "targets": [make_target(source["sql"], "time_series" if is_series else "table")],
        "fieldConfig": {"defaults": _defaults(source), "overrides": _overrides(source)},
        "options": _options(source),
    }
    # Not finer than the counted days or hours.
    interval = {"days": "1d", "hours": "1h"}.get(source["kind"], source.get("interval"))
    return panel | ({"interval": interval} if interval else {})


def make_target(sql: str, form: str) -> dict[str, Any]:
    """The JSON of a query."""
    return {
        "refId": "A",
        "datasource": DATASOURCE,
        "format": form,
        "editorMode": "code",
        "rawQuery": True,
        "rawSql": sql.strip(),
    }


def _defaults(source: dict[str, Any]) -> dict[str, Any]:
    defaults = {"unit": source.get("unit", "none" if source["kind"] == "table" else "short")}
    if source["kind"] == "states":
        return defaults | _state_defaults()
    steps = [{"color": "green", "value": None}]
    if "thresholds" in source:
        steps = [{"color": colour, "value": value or None} for colour, value in source["thresholds"]]
    has_colours = source["kind"] == "stat" and "thresholds" in source
    return {
        **defaults,
        "color": {"mode": "thresholds" if has_colours else "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": steps},
        "noValue": "none",
        "custom": _custom(source),
    }


def _state_defaults() -> dict[str, Any]:
    mapping = {
        str(number): {"text": text, "color": colour, "index": number}
        for number, (text, colour) in enumerate(_STATES)
    }
    return {
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": [{"color": "green", "value": None}]},
        "mappings": [{"type": "value", "options": mapping}],
        "custom": {"fillOpacity": 80, "lineWidth": 0},
    }


def _custom(source: dict[str, Any]) -> dict[str, Any]:
    match source["kind"]:
        case "days" | "hours":
            stacking = {"mode": "normal" if source.get("stacked") else "none", "group": "A"}
            # A bar is for the interval that begins at its time, so it is drawn after that time.
            bars = {"drawStyle": "bars", "barAlignment": 1, "fillOpacity": 70, "lineWidth": 0}
            return {**bars, "stacking": stacking}
        case "lines":
            return {
                "drawStyle": "line",
                "lineWidth": 2,
                "fillOpacity": 0,
                "showPoints": "always",
                "spanNulls": False,
            }
        case "bars":
            return {"fillOpacity": 70, "lineWidth": 0}
        case "table":
            return {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False}
        case _:
            return {}


def _overrides(source: dict[str, Any]) -> list[dict[str, Any]]:
    units = [_override(name, "unit", unit) for name, unit in source.get("units", {}).items()]
    colours = _COLOURS.get(source.get("colours", ""), {})
    fixed = [
        _override(name, "color", {"mode": "fixed", "fixedColor": colour}) for name, colour in colours.items()
    ]
    return [*units, *fixed]


def _override(name: str, what: str, value: object) -> dict[str, Any]:
    return {"matcher": {"id": "byName", "options": name}, "properties": [{"id": what, "value": value}]}


def _options(source: dict[str, Any]) -> dict[str, Any]:
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
    tooltip = {"mode": "multi", "sort": "desc"}
    match source["kind"]:
        case "stat":
            return {
                "reduceOptions": {"values": False, "calcs": ["lastNotNull"], "fields": ""},
                "colorMode": "value" if "thresholds" in source else "none",
                "graphMode": "none",
                "justifyMode": "auto",
                "orientation": "auto",
                "textMode": "value",
                "wideLayout": True,
                "showPercentChange": False,
            }
        case "table":
            return {"showHeader": True, "cellHeight": "sm", "frameIndex": 0}
        case "bars":
            shape = {"orientation": "auto", "showValue": "never", "stacking": "none", "barWidth": 0.9}
            more = {
                "groupWidth": 0.7,
                "fullHighlight": False,
                "xTickLabelRotation": 0,
                "xTickLabelMaxLength": 0,
                "xTickLabelSpacing": 0,
            }
            quiet = legend | {"showLegend": False}
            return {"xField": source["x"], **shape, **more, "legend": quiet, "tooltip": tooltip}
        case "states":
            shape = {"mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.9}
            return {**shape, "legend": legend, "tooltip": {"mode": "single", "sort": "none"}}
        case _:
            return {"legend": legend, "tooltip": tooltip}
