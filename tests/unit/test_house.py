"""The house of docs/architecture.md: imports point inward, and each library has one room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import syncer

ROOT = Path(syncer.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

#: What each room may import of ours. A room that is not named may import anything but `cli` and `app`.
MAY_IMPORT = {
    "model": {"model"},
    "errors": set(),
    "ports": {"model"},
    "planning": {"model", "errors", "planning"},
    "engine": {"model", "errors", "ports", "planning", "engine"},
    "providers": {"model", "errors", "ports", "providers"},
    "records": {"model", "errors", "ports", "records"},
    "http": {"model", "errors", "ports", "records", "http"},
    "storage": {"model", "errors", "ports", "storage", "reporting"},
    "embedded": {"errors", "embedded"},
    "logs": set(),
    "credentials": {"model", "errors", "credentials"},
    "simulator": {"model", "errors", "simulator"},
}

#: Which rooms may know a library.
ROOMS_OF = {
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "requests": {"http"},
    "urllib3": {"http"},
    "apscheduler": {"daemon"},
    "pydantic": {"config"},
    "pydantic_settings": {"config"},
    "rich": {"cli"},
    "pyarrow": {"reporting"},
}


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_inward(path: Path) -> None:
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("syncer.")}
    allowed = MAY_IMPORT.get(room(path))
    outer = ours & {"cli", "app"} if room(path) not in {"cli", "app", "__main__"} else set()
    assert not outer
    assert allowed is None or ours <= allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_has_one_room(path: Path) -> None:
    known = {name.split(".")[0] for name in imports(path)}
    assert {
        library for library, rooms in ROOMS_OF.items() if library in known and room(path) not in rooms
    } == set()


def test_providers_do_not_know_each_other() -> None:
    kinds = {"tencent_mps", "tencent_tat", "alibaba_aiccs", "baidu_vod"}
    for kind in kinds:
        known = {name.rsplit(".", 1)[-1] for name in imports(ROOT / "providers" / f"{kind}.py")}
        assert not known & (kinds - {kind})


READS_CLOCK = {"now", "utcnow", "time", "monotonic", "perf_counter", "today"}


def test_only_the_app_reads_the_clock() -> None:
    """Time is passed in everywhere else; the simulator is a world of its own, with a clock of its own."""
    readers = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if (
                    owner in {"time", "datetime", "datetime.datetime", "date"}
                    and node.func.attr in READS_CLOCK
                ):
                    readers.add(room(path))
    assert readers <= {"app", "simulator", "embedded"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_lock_can_be_held_by_whoever_connects(path: Path) -> None:
    """Advisory locks need no right at all, so a reader could stop the daemon with them."""
    assert "pg_advisory" not in path.read_text()
