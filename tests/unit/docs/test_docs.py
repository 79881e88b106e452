"""What the documents say is what there is: commands, keys, links, and both languages alike."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import syncer
from syncer.cli.registry import COMMANDS
from syncer.config import load
from syncer.config.toml_schema import DaemonTable, DatabaseTable, HistoryTable, ReportingTable, SourceTable
from syncer.providers import PROVIDERS

ROOT = Path(syncer.__file__).parent.parent
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
PAGES = sorted([ENGLISH, CHINESE, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
README = pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=lambda path: path.name)

TEST = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]' && .venv/bin/pytest"
RUN = TEST.replace("[test]", "[embedded]").replace(".venv/bin/pytest", ".venv/bin/syncer demo")


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of `page` in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)


def bare(shell: str) -> list[str]:
    """The commands in a block, without what is said about them."""
    return [line.partition(" #")[0].rstrip() for line in shell.splitlines()]


def keys(table: dict[str, Any], place: str = "") -> set[str]:
    """Every key of a TOML document, as a path."""
    found = set()
    for name, value in table.items():
        found.add(f"{place}{name}")
        for inner in value if isinstance(value, list) else [value]:
            found |= keys(inner, f"{place}{name}.") if isinstance(inner, dict) else set()
    return found


def anchors(page: Path) -> set[str]:
    """The places in `page` that a link can name."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@README
def test_readme_gives_both_commands_to_the_letter(readme: Path) -> None:
    assert [line for block in blocks(readme, "sh") for line in bare(block) if "venv" in line] == [RUN, TEST]


def test_test_command_is_what_is_run_before_a_change_lands() -> None:
    assert TEST in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_makefile_installs_and_shows_the_same() -> None:
    lines = [line.strip() for line in (ROOT / "Makefile").read_text("utf-8").splitlines()]
    assert "$(BIN)/pip install -q -c constraints.txt -e '.[test]'" in lines
    assert {"$(BIN)/syncer demo", "$(BIN)/pytest"} <= set(lines)


@README
@pytest.mark.parametrize("name", COMMANDS)
def test_readme_tells_of_every_command(readme: Path, name: str) -> None:
    assert f"\n| `syncer {name}` | " in readme.read_text("utf-8")


@README
def test_readme_tells_of_no_other_command(readme: Path) -> None:
    typed = set(re.findall(r"(?:^|`|/)syncer ([a-z]+(?:-[a-z]+)*)", readme.read_text("utf-8"), re.M))
    assert typed == set(COMMANDS)


@README
def test_configuration_in_the_readme_loads(readme: Path, tmp_path: Path) -> None:
    [example] = blocks(readme, "toml")
    path = tmp_path / "syncer.toml"
    path.write_text(example, "utf-8")
    assert {source.kind for source in load(path).sources} == set(PROVIDERS)


def test_both_readmes_show_the_same() -> None:
    for language in ("sh", "sql", "text"):
        ours, theirs = ([bare(block) for block in blocks(readme, language)] for readme in (ENGLISH, CHINESE))
        assert ours == theirs
    ours, theirs = (tomllib.loads(blocks(readme, "toml")[0]) for readme in (ENGLISH, CHINESE))
    assert ours == theirs
    assert keys(ours) > {"sources.lookback.min", "database.url"}


def test_both_readmes_are_built_alike() -> None:
    shapes = []
    for readme in (ENGLISH, CHINESE):
        text = re.sub(r"```.*?```", "", readme.read_text("utf-8"), flags=re.S)
        shapes.append([line[:2] for line in text.splitlines() if line.startswith(("#", "- ", "| "))])
    assert shapes[0] == shapes[1]


def test_configuration_page_explains_every_key() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", page, re.M))))
    tables = (DatabaseTable, DaemonTable, ReportingTable, HistoryTable, SourceTable)
    known = {name for table in tables for name in table.model_fields}
    known |= {field.name for kind in PROVIDERS.values() for field in fields(kind.Options)}
    assert known <= told


def test_architecture_tells_of_every_room() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", page, re.M))))
    modules = (path.relative_to(ROOT / "syncer") for path in (ROOT / "syncer").rglob("*.py"))
    rooms = {path.parts[0].removesuffix(".py") for path in modules}
    assert {room for room in rooms if not room.startswith("_")} <= told


@pytest.mark.parametrize("kind", PROVIDERS)
def test_provider_has_a_page_that_the_readmes_link(kind: str) -> None:
    page = f"docs/providers/{kind}.md"
    assert (ROOT / page).read_text("utf-8").startswith(f"# {kind}: ")
    assert all(f"({page})" in readme.read_text("utf-8") for readme in (ENGLISH, CHINESE))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        path, _, place = target.partition("#")
        assert (page.parent / path).exists() if path else True, target
        assert not place or place in anchors(page.parent / path if path else page), target
