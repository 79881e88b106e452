"""The house of docs/architecture.md: imports point inward, and each library has one room."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Set
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

import syncer
from syncer.providers import PROVIDERS

ROOT = Path(syncer.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

#: What each room may import of ours, besides itself and `syncer.__version__`.
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "errors": set(),
    "logs": set(),
    "ports": {"model"},
    "threads": {"errors"},
    "planning": {"model"},
    "engine": {"model", "errors", "logs", "outages", "ports", "planning"},
    "providers": {"model", "errors", "ports"},
    "records": {"model", "errors", "ports"},
    "http": {"model", "errors", "ports", "records", "threads"},
    "credentials": {"model", "errors"},
    "reporting": {"model", "errors"},
    "storage": {"model", "errors", "reporting", "threads"},
    "embedded": {"errors", "threads"},
    "outages": {"errors", "ports"},
    "scheduler": {"errors", "outages", "ports", "threads"},
    "simulator": {"model"},
    "config": {"model", "errors", "ports", "providers", "credentials"},
    "app": {
        *("model", "errors", "logs", "outages", "engine", "http", "storage"),
        *("config", "credentials", "scheduler", "threads"),
    },
    "demo": {"errors", "config", "embedded", "simulator"},
    "cli": {
        *("model", "errors", "logs", "engine", "reporting", "storage", "app"),
        *("config", "providers", "embedded", "demo", "simulator", "threads"),
    },
    "__main__": {"cli"},
    "__init__": set(),
}

#: Which rooms may know a library.
ROOMS_OF = {
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "requests": {"http"},
    "urllib3": {"http"},
    "apscheduler": {"scheduler"},
    "pydantic": {"config"},
    "psycopg": {"storage", "embedded"},
    "rich": {"cli"},
    "pyarrow": {"reporting"},
}


def module_of(path: Path) -> str:
    """The dotted name of the module at `path`; a package's is that of its folder."""
    parts = ("syncer", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def is_module(name: str) -> bool:
    """Whether `name` is a module of ours, and not a name inside one."""
    path = ROOT.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imported(source: str, module: str, *, is_package: bool = False) -> Iterator[str]:
    """The dotted name of every module that `source`, the text of `module`, imports, in every form there is.

    Of `from a import b` it is `a.b` where that is a module of ours, else `a`. Calls of `import_module` and
    `__import__` count by the constant text that their name begins with.
    """
    package = module if is_package else module.rpartition(".")[0]
    tree = ast.parse(source)
    roots = {"syncer"}
    callers = {"import_module", "__import__", "resolve_name"}
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            if alias.name == "syncer":
                roots.add(alias.asname or alias.name)
            if alias.name in callers:
                callers.add(alias.asname or alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute) and ast.unparse(node).split(".")[0] in roots:
            name = ".".join(("syncer", *ast.unparse(node).split(".")[1:]))
            if is_module(name):
                yield name
        elif isinstance(node, ast.ImportFrom):
            yield from _imported_from(node, package)
        elif isinstance(node, ast.Call) and _called(node) in callers:
            yield from _imported_by_call(node, module, package)


def _imported_from(node: ast.ImportFrom, package: str) -> Iterator[str]:
    parents = package.split(".")
    base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
    origin = ".".join(filter(None, (base, node.module)))
    for alias in node.names:
        name = f"{origin}.{alias.name}"
        yield name if name.startswith(("syncer.", "tests.")) and is_module(name) else origin


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _imported_by_call(node: ast.Call, module: str, package: str) -> Iterator[str]:
    """The module that a call imports; everything of ours where its name is not a text that begins so."""
    named = [keyword.value for keyword in node.keywords if keyword.arg == "name"]
    argument = (node.args or named or [ast.Constant("")])[0]
    text = ""
    for part in argument.values if isinstance(argument, ast.JoinedStr) else [argument]:
        if isinstance(part, ast.FormattedValue) and ast.unparse(part.value) == "__name__":
            text += module
        elif isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            break
    if text.startswith("."):
        level = len(text) - len(text.lstrip("."))
        parents = package.split(".")
        text = ".".join((*parents[: len(parents) - level + 1], text.lstrip(".")))
    yield text.rstrip(".") or "syncer.any module"


@cache
def imports(path: Path) -> frozenset[str]:
    source = path.read_text("utf-8")
    return frozenset(imported(source, module_of(path), is_package=path.name == "__init__.py"))


def rooms_known(names: Set[str]) -> set[str]:
    """The rooms of ours among the imported modules; `syncer` itself is the room `__init__`."""
    ours = (name.split(".") for name in names if name.split(".")[0] == "syncer")
    return {parts[1] if len(parts) > 1 else "__init__" for parts in ours}


FORMS = {
    "module": "import syncer.cli.parser",
    "module under another name": "import syncer.cli as shown",
    "name from a module": "from syncer.cli.parser import parse",
    "module from its package": "from syncer.cli import parser",
    "room from the root": "from syncer import cli",
    "several at once": "from syncer import __version__, cli as shown",
    "relative": "from ..cli import parser",
    "relative room": "from .. import cli",
    "relative, deeper": "from ...syncer.cli import parser",
    "inside a function": "def late():\n    from syncer import cli",
    "for types only": "if TYPE_CHECKING:\n    from syncer import cli",
    "by name": "import_module('syncer.cli.parser')",
    "by an attribute": "importlib.import_module('syncer.cli')",
    "by a name put together": "import_module(f'syncer.cli.{name}')",
    "by the builtin": "__import__('syncer.cli')",
    "by a relative name": "import_module('..cli', __package__)",
    "by a keyword": "import_module(name='syncer.cli')",
    "by another name of the function": "from importlib import import_module as load\nload('syncer.cli')",
    "by a resolver": "pkgutil.resolve_name('syncer.cli')",
    "by an attribute of the root": "import syncer\nsyncer.cli.parser.parse()",
    "by an attribute of the root's other name": "import syncer as s\ns.cli",
}


@pytest.mark.parametrize("source", FORMS.values(), ids=FORMS)
def test_each_form_of_an_import_is_seen(source: str) -> None:
    assert "cli" in rooms_known(set(imported(source, "syncer.engine.run")))


@pytest.mark.parametrize("name", ["NAME", "'syn' + 'cer.cli'", "f'{room}.cli'"])
def test_import_by_a_name_that_is_no_text_is_never_allowed(name: str) -> None:
    known = rooms_known(set(imported(f"import_module({name})", "syncer.engine.run")))
    assert not known <= {room for rooms in MAY_IMPORT.values() for room in rooms}


def test_neighbours_are_seen_in_each_form() -> None:
    forms = ("from . import baidu_vod", "from .baidu_vod import X", "from syncer.providers import baidu_vod")
    for source in (*forms, "import_module(f'{__name__}.baidu_vod')"):
        module = "syncer.providers" if "__name__" in source else "syncer.providers.tencent_mps"
        assert "syncer.providers.baidu_vod" in set(imported(source, module)), source


def test_every_room_has_a_row() -> None:
    assert {room(path) for path in MODULES} == MAY_IMPORT.keys()


def test_imports_point_inward() -> None:
    outward = {
        module_of(path): rooms_known(imports(path)) - MAY_IMPORT[room(path)] - {room(path), "__init__"}
        for path in MODULES
    }
    assert {module: rooms for module, rooms in outward.items() if rooms} == {}


def test_no_room_reaches_itself_through_others() -> None:
    below = {name: set(rooms) for name, rooms in MAY_IMPORT.items()}
    for _ in below:
        below = {name: rooms.union(*(below[each] for each in rooms)) for name, rooms in below.items()}
    assert not [name for name, rooms in below.items() if name in rooms]


def test_each_library_has_one_room() -> None:
    known = {path: {name.split(".")[0] for name in imports(path)} & ROOMS_OF.keys() for path in MODULES}
    assert {
        module_of(path): library
        for path, libraries in known.items()
        for library in libraries
        if room(path) not in ROOMS_OF[library]
    } == {}


def test_libraries_are_spelled_as_they_are_imported() -> None:
    assert all(find_spec(library) for library in ROOMS_OF.keys() - {"pyarrow"})


def test_vendors_do_not_import_each_other() -> None:
    """Nor does a module without a vendor's name import one that has it."""
    vendors = {name.partition("_")[0] for name in PROVIDERS}
    found = []
    for path in (ROOT / "providers").glob("*.py"):
        siblings = {module.removeprefix("syncer.providers.").split(".")[0] for module in imports(path)}
        others = {
            each for each in siblings if each.partition("_")[0] in vendors - {path.stem.partition("_")[0]}
        }
        if others and path.stem not in {"__init__", "registry"}:
            found.append((path.stem, others))
    assert found == []


@pytest.mark.parametrize("name", PROVIDERS)
def test_providers_of_a_vendor_do_not_import_each_other(name: str) -> None:
    others = {f"syncer.providers.{other}" for other in PROVIDERS if other != name}
    known = imports(ROOT / "providers" / f"{name}.py")
    assert not {module for module in known if any(f"{module}.".startswith(f"{other}.") for other in others)}


#: What reads the machine's clock, by the module or class that has it.
CLOCKS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}


def reads_clock(source: str) -> bool:
    """Whether `source` reads the machine's clock, by whatever name it knows it."""
    tree = ast.parse(source)
    names = {name: name for name in CLOCKS}
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            if isinstance(node, ast.ImportFrom) and alias.name in CLOCKS.get(node.module or "", ()):
                return True
            if alias.asname and alias.name in CLOCKS:
                names[alias.asname] = alias.name
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in CLOCKS.get(names.get(ast.unparse(node.value).rpartition(".")[2], ""), ())
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize(
    "source",
    [
        "time.time()",
        "from time import monotonic",
        "import time as t\nt.monotonic()",
        "from datetime import datetime\ndatetime.now(UTC)",
        "from datetime import datetime as dt\ndt.now(UTC)",
        "import datetime\ndatetime.datetime.now()",
        "Thing(clock=time.monotonic)",
    ],
)
def test_each_way_to_read_the_clock_is_seen(source: str) -> None:
    assert reads_clock(source)


def test_only_the_app_reads_the_clock() -> None:
    """Time is passed in everywhere else; the simulator is a world of its own, with a clock of its own."""
    readers = {room(path) for path in MODULES if reads_clock(path.read_text("utf-8"))}
    assert readers <= {"app", "simulator", "embedded"}


def test_no_lock_can_be_held_by_any_session() -> None:
    """Advisory locks need no right at all, so a reader could stop the daemon with them."""
    assert [module_of(path) for path in MODULES if "pg_advisory" in path.read_text("utf-8")] == []


def starts_threads(source: str) -> bool:
    """Whether `source` knows a name that starts threads."""
    names = (ast.unparse(node) for node in ast.walk(ast.parse(source)) if is_name(node))
    starters = {"Thread", "Timer", "ThreadPoolExecutor", "start_new_thread"}
    return any(name.rpartition(".")[2] in starters for name in names)


def is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Attribute | ast.alias)


def test_threads_are_started_in_one_module() -> None:
    """threading.Thread.start can wait without end where memory is short; syncer/threads.py says why."""
    paths = [path for path in MODULES if room(path) not in {"threads", "simulator"}]
    assert [module_of(path) for path in paths if starts_threads(path.read_text("utf-8"))] == []


TESTS = ROOT.parent / "tests"


@pytest.mark.parametrize("suite", sorted(path.name for path in TESTS.iterdir() if path.is_dir()))
def test_suites_do_not_import_each_other(suite: str) -> None:
    """What two suites need is in tests/support, which imports no suite."""
    known = set()
    for path in (TESTS / suite).rglob("*.py"):
        parts = path.relative_to(TESTS.parent).with_suffix("").parts
        names = (name.split(".") for name in imported(path.read_text("utf-8"), ".".join(parts)))
        known |= {name[1] for name in names if name[0] == "tests" and len(name) > 1}
    assert known <= {suite, "support"}


def test_name_of_a_test_file_occurs_once() -> None:
    """`pytest NAME` and messages that name a file are then never ambiguous."""
    places = defaultdict(list)
    for path in TESTS.rglob("test_*.py"):
        places[path.name].append(str(path.relative_to(TESTS)))
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_class_name_occurs_once() -> None:
    """One word, one meaning."""
    places = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(module_of(path))
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}
