"""The pages name only modules, classes, tables and views that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from syncer.cli.command_registry import COMMANDS
from tests.unit.docs.pages import PAGES, ROOT

ARCHITECTURE, GLOSSARY = ROOT / "docs" / "architecture.md", ROOT / "docs" / "glossary.md"
#: The folders whose paths count from the root of the repository.
PATH = re.compile(r"`((?:syncer|tests|migrations|deploy|bench|docs)/[\w./-]*)(?:::\w+)?`")


def class_members() -> dict[str, set[str]]:
    """By class of the package: the names that its body defines."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "syncer").rglob("*.py")]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {node.name: {name for item in node.body for name in defined(item)} for node in classes}


def defined(item: ast.stmt) -> list[str]:
    """The names that one statement of a class body defines."""
    if isinstance(item, ast.FunctionDef):
        return [item.name]
    if isinstance(item, ast.AnnAssign):
        return [ast.unparse(item.target)]
    return [ast.unparse(target) for target in item.targets] if isinstance(item, ast.Assign) else []


def names_in_code() -> list[str]:
    """The names in the column "in code" of the glossary."""
    cells = re.findall(r"^\| .* \| (.+) \|$", GLOSSARY.read_text("utf-8"), re.M)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def words() -> set[str]:
    """Every word of the package and of the migrations."""
    files = [path for folder in ("syncer", "migrations") for path in (ROOT / folder).rglob("*.*")]
    texts = (path.read_text("utf-8") for path in files if path.suffix in (".py", ".sql"))
    return {word for text in texts for word in re.findall(r"[\w.]+", text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_page_names_only_paths_that_exist(page: Path) -> None:
    # A word in capitals is a placeholder, such as VENDOR.
    named = [path for path in PATH.findall(page.read_text("utf-8")) if not re.search("[A-Z]{3}", path)]
    assert not [path for path in named if not any(ROOT.glob(path.rstrip("/")))]


def test_pages_name_only_classes_that_exist() -> None:
    members = class_members()
    text = "".join(page.read_text("utf-8") for page in (ARCHITECTURE, GLOSSARY))
    named = {name: name.split(".") for name in re.findall(r"`([A-Z][a-z]\w+(?:\.\w+)?)`", text)}
    assert len(named) > 10
    missing = [
        name for name, (owner, *member) in named.items() if not set(member) <= members.get(owner, set())
    ]
    unknown = [name for name, (owner, *_) in named.items() if owner not in members]
    assert not missing + unknown


def test_glossary_names_only_what_the_code_has() -> None:
    known = words()
    others = [name for name in names_in_code() if re.fullmatch(r'"?[a-z_.]+"?', name)]
    assert len(others) > 20
    assert not [name for name in others if name.strip('"') not in known]


def test_glossary_names_only_commands_that_exist() -> None:
    typed = [name for name in names_in_code() if name.startswith("syncer ")]
    assert {name.split()[1] for name in typed} <= set(COMMANDS)
