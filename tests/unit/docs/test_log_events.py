"""docs/log-events.md lists every log event of the code, with its level and its keys."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from syncer.model import RunStatus
from tests.unit.docs.pages import ROOT

LEVELS = {
    "debug": "DEBUG",
    "info": "INFO",
    "warning": "WARNING",
    "error": "ERROR",
    "exception": "ERROR",
    "critical": "CRITICAL",
    # The level is an argument that is computed.
    "log": None,
}


@dataclass(frozen=True)
class LoggingCall:
    """One call of a logger: a pattern of its event names, its level if it is fixed, its literal keys."""

    where: str
    pattern: str
    level: str | None
    keys: frozenset[str]


def logging_calls(source: str, where: str = "") -> Iterator[LoggingCall]:
    """The calls of the loggers that `source` makes with `logging.getLogger`."""
    tree = ast.parse(source)
    loggers = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("logging.getLogger(")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if ast.unparse(node.func.value) in loggers and node.func.attr in LEVELS:
            level = LEVELS[node.func.attr]
            event = node.args[0 if level else 1]
            yield LoggingCall(f"{where}:{node.lineno}", pattern(event), level, literal_keys(node))


def pattern(event: ast.expr) -> str:
    """A regular expression that matches the event names which `event` can have."""
    if isinstance(event, ast.JoinedStr):
        return "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in event.values
        )
    assert isinstance(event, ast.Constant), f"the event name must be a literal: {ast.unparse(event)}"
    return re.escape(str(event.value))


def literal_keys(call: ast.Call) -> frozenset[str]:
    """The keys that stand in the dictionary `extra` of the call."""
    extra = [keyword.value for keyword in call.keywords if keyword.arg == "extra"]
    dictionaries = [value for value in extra if isinstance(value, ast.Dict)]
    return frozenset(
        str(key.value) for value in dictionaries for key in value.keys if isinstance(key, ast.Constant)
    )


def documented_events() -> dict[str, list[str]]:
    """By event: the cells after its name in docs/log-events.md (level, keys, meaning, action)."""
    page = (ROOT / "docs" / "log-events.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", page, re.M)
    assert len(rows) == len({name for name, _ in rows})
    return {name: cells.split(" | ") for name, cells in rows}


@pytest.fixture(scope="module")
def calls() -> list[LoggingCall]:
    """The calls of loggers in all modules."""
    return [
        call
        for path in sorted((ROOT / "syncer").rglob("*.py"))
        for call in logging_calls(path.read_text("utf-8"), str(path.relative_to(ROOT)))
    ]


def test_calls_of_loggers_are_found() -> None:
    source = (
        "import logging\n"
        "log = logging.getLogger(__name__)\n"
        "log.info('page.stored', extra={'rows': 1, **more})\n"
        "log.log(level, f'run.{status}')\n"
        "other.info('not.ours')\n"
    )
    constant, computed = logging_calls(source)
    assert (constant.pattern, constant.level, constant.keys) == (r"page\.stored", "INFO", {"rows"})
    assert (computed.pattern, computed.level) == (r"run\.\w+", None)


def test_page_lists_every_event(calls: list[LoggingCall]) -> None:
    events = documented_events()
    assert len(calls) > 10
    missing = [call for call in calls if not any(re.fullmatch(call.pattern, event) for event in events)]
    assert not missing


def test_page_lists_no_other_event(calls: list[LoggingCall]) -> None:
    events = documented_events()
    unknown = [event for event in events if not any(re.fullmatch(call.pattern, event) for call in calls)]
    assert not unknown


def test_page_gives_level_and_keys(calls: list[LoggingCall]) -> None:
    events = documented_events()
    wrong = [
        (call.where, event)
        for call in calls
        for event, (level, keys, *_) in events.items()
        if call.level is not None and re.fullmatch(call.pattern, event)
        if level != call.level or not call.keys <= set(re.findall(r"`(\w+)`", keys))
    ]
    assert not wrong


def test_page_lists_the_event_of_every_final_run_status() -> None:
    final = {f"run.{status}" for status in RunStatus if status is not RunStatus.RUNNING}
    assert final <= set(documented_events())


def test_page_names_the_jobs_of_the_daemon() -> None:
    tree = ast.parse((ROOT / "syncer" / "app" / "daemon.py").read_text("utf-8"))
    names = [
        pattern(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "self._add"
        # The job of a stream has the label of the stream.
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert len(names) > 2
    [sentence] = re.findall(r"^Jobs: .+$", (ROOT / "docs" / "log-events.md").read_text("utf-8"), re.M)
    assert all(any(re.fullmatch(name, job) for job in re.findall("`(.+?)`", sentence)) for name in names)
