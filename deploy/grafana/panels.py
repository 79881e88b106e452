"""What Grafana wants to have said of a panel: how it is drawn, beyond what it shows."""

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
}
_RUN_COLOURS = {"running": "blue", "succeeded": "green", "failed": "red", "interrupted": "orange"}
_COLOURS = {"status": _STATUS_COLOURS, "run": _RUN_COLOURS}

#: What the numbers of a list's days mean, the worst first.
_STATES = (
    ("not read", "#8e8e8e"),
    ("lost", "red"),
    ("can still be filled", "orange"),
    ("unknown hole", "purple"),
    ("read, not confirmed", "super-light-green"),
    ("confirmed", "green"),
)

#: By the kind of a panel: Grafana's name of it, and whether its data are series over time.
_TYPES = {
    "stat": ("stat", False),
    "table": ("table", False),
    "bars": ("barchart", False),
    "days": ("timeseries", True),
    "hours": ("timeseries", True),
    "lines": ("timeseries", True),
    "states": ("state-timeline", True),
}


def make_panel(told: dict[str, Any], number: int, place: dict[str, int]) -> dict[str, Any]:
    """A panel of a dashboard."""
    kind, is_series = _TYPES[told["kind"]]
    panel = {
        "id": number,
        "type": kind,
        "title": told["title"],
        "description": told["description"],
        "datasource": DATASOURCE,
        "gridPos": place,
        "targets": [make_target(told["sql"], "time_series" if is_series else "table")],
        "fieldConfig": {"defaults": _defaults(told), "overrides": _overrides(told)},
        "options": _options(told),
    }
    # Not finer than what is counted.
    interval = {"days": "1d", "hours": "1h"}.get(told["kind"], told.get("interval"))
    return panel | ({"interval": interval} if interval else {})


def make_target(sql: str, form: str) -> dict[str, Any]:
    """A query in Grafana's words."""
    return {
        "refId": "A",
        "datasource": DATASOURCE,
        "format": form,
        "editorMode": "code",
        "rawQuery": True,
        "rawSql": sql.strip(),
    }


def _defaults(told: dict[str, Any]) -> dict[str, Any]:
    defaults = {"unit": told.get("unit", "none" if told["kind"] == "table" else "short")}
    if told["kind"] == "states":
        return defaults | _state_defaults()
    steps = [{"color": "green", "value": None}]
    if "thresholds" in told:
        steps = [{"color": colour, "value": value or None} for colour, value in told["thresholds"]]
    has_colours = told["kind"] == "stat" and "thresholds" in told
    return {
        **defaults,
        "color": {"mode": "thresholds" if has_colours else "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": steps},
        "noValue": "none",
        "custom": _custom(told),
    }


def _state_defaults() -> dict[str, Any]:
    words = {
        str(number): {"text": text, "color": colour, "index": number}
        for number, (text, colour) in enumerate(_STATES)
    }
    return {
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": [{"color": "green", "value": None}]},
        "mappings": [{"type": "value", "options": words}],
        "custom": {"fillOpacity": 80, "lineWidth": 0},
    }


def _custom(told: dict[str, Any]) -> dict[str, Any]:
    match told["kind"]:
        case "days" | "hours":
            stacking = {"mode": "normal" if told.get("stacked") else "none", "group": "A"}
            # A bar stands for what begins at its time, so it stands after it.
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


def _overrides(told: dict[str, Any]) -> list[dict[str, Any]]:
    units = [_override(name, "unit", unit) for name, unit in told.get("units", {}).items()]
    colours = _COLOURS.get(told.get("colours", ""), {})
    fixed = [
        _override(name, "color", {"mode": "fixed", "fixedColor": colour}) for name, colour in colours.items()
    ]
    return [*units, *fixed]


def _override(name: str, what: str, value: object) -> dict[str, Any]:
    return {"matcher": {"id": "byName", "options": name}, "properties": [{"id": what, "value": value}]}


def _options(told: dict[str, Any]) -> dict[str, Any]:
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
    tooltip = {"mode": "multi", "sort": "desc"}
    match told["kind"]:
        case "stat":
            return {
                "reduceOptions": {"values": False, "calcs": ["lastNotNull"], "fields": ""},
                "colorMode": "value" if "thresholds" in told else "none",
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
            return {"xField": told["x"], **shape, **more, "legend": quiet, "tooltip": tooltip}
        case "states":
            shape = {"mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.9}
            return {**shape, "legend": legend, "tooltip": {"mode": "single", "sort": "none"}}
        case _:
            return {"legend": legend, "tooltip": tooltip}
