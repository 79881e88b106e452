"""README and docs agree with the code: commands, configuration keys, links; both READMEs agree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from syncer.cli.command_registry import COMMANDS
from syncer.config import load
from syncer.config.toml_schema import DaemonTable, DatabaseTable, HistoryTable, ReportingTable, SourceTable
from tests.unit.docs.pages import CHINESE, ENGLISH, PAGES, ROOT, anchors, blocks, lines_of_code

README = pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=lambda path: path.name)

TEST = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]' && .venv/bin/pytest"
RUN = TEST.replace("[test]", "[embedded]").replace(".venv/bin/pytest", ".venv/bin/syncer demo")


def dotted_keys(table: dict[str, Any], prefix: str = "") -> set[str]:
    """Every key of a TOML document, as a dotted path."""
    paths = set()
    for name, value in table.items():
        paths.add(f"{prefix}{name}")
        for inner in value if isinstance(value, list) else [value]:
            paths |= dotted_keys(inner, f"{prefix}{name}.") if isinstance(inner, dict) else set()
    return paths


def first_column(page: Path) -> set[str]:
    """The words in backticks in the first column of the tables of `page`."""
    return set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", page.read_text("utf-8"), re.M))))


@README
def test_readme_has_the_exact_demo_and_test_commands(readme: Path) -> None:
    lines = [line for block in blocks(readme, "sh") for line in lines_of_code(block)]
    assert [line for line in lines if "-m venv" in line] == [RUN, TEST]


def test_test_command_is_part_of_the_checks_before_a_change_lands() -> None:
    assert TEST in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_makefile_runs_the_same_commands() -> None:
    lines = [line.strip() for line in (ROOT / "Makefile").read_text("utf-8").splitlines()]
    assert "$(BIN)/pip install -q -c constraints.txt -e '.[test]'" in lines
    assert {"$(BIN)/syncer demo", "$(BIN)/pytest"} <= set(lines)


def test_source_distribution_has_every_file_that_the_readme_and_its_commands_use() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    included = {path.removeprefix("/") for path in build["targets"]["sdist"]["include"]}
    text = "".join((ROOT / name).read_text("utf-8") for name in ("README.md", "Makefile", "Dockerfile"))
    used = {word.split("/")[0] for word in re.findall(r"[\w./-]+", text) if (ROOT / word).exists()}
    built = {".", "..", ".venv", ".git", "build", "dist", "pyproject.toml"}
    assert {name for name in used if name and name not in built} <= included


@README
@pytest.mark.parametrize("name", COMMANDS)
def test_readme_lists_every_command(readme: Path, name: str) -> None:
    assert f"\n| `syncer {name}` | " in readme.read_text("utf-8")


@README
def test_readme_lists_no_other_command(readme: Path) -> None:
    typed = set(re.findall(r"(?:^|`|/)syncer ([a-z]+(?:-[a-z]+)*)", readme.read_text("utf-8"), re.M))
    assert typed == set(COMMANDS)


@README
def test_configuration_of_the_readme_loads(readme: Path, tmp_path: Path) -> None:
    [example] = blocks(readme, "toml")
    path = tmp_path / "syncer.toml"
    path.write_text(example, "utf-8")
    assert load(path).sources


def test_both_readmes_have_the_same_code_blocks() -> None:
    for language in ("sh", "sql", "text"):
        english, chinese = (list(map(lines_of_code, blocks(page, language))) for page in (ENGLISH, CHINESE))
        assert english == chinese
    english_example, chinese_example = (tomllib.loads(blocks(page, "toml")[0]) for page in (ENGLISH, CHINESE))
    assert english_example == chinese_example
    assert dotted_keys(english_example) > {"sources.lookback.min", "database.url"}


def test_both_readmes_have_the_same_structure() -> None:
    shapes = []
    for readme in (ENGLISH, CHINESE):
        text = re.sub(r"```.*?```", "", readme.read_text("utf-8"), flags=re.S)
        shapes.append([line[:2] for line in text.splitlines() if line.startswith(("#", "- ", "| "))])
    assert shapes[0] == shapes[1]


def test_configuration_page_explains_every_common_key() -> None:
    tables = (DatabaseTable, DaemonTable, ReportingTable, HistoryTable, SourceTable)
    known = {name for table in tables for name in table.model_fields}
    assert known <= first_column(ROOT / "docs" / "configuration.md")


def test_architecture_page_lists_every_package() -> None:
    modules = (path.relative_to(ROOT / "syncer") for path in (ROOT / "syncer").rglob("*.py"))
    packages = {path.parts[0].removesuffix(".py") for path in modules}
    public = {name for name in packages if not name.startswith("_")}
    assert public <= first_column(ROOT / "docs" / "architecture.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_link_targets_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        assert (page.parent / path).exists() if path else True, target
        assert not anchor or anchor in anchors(page.parent / path if path else page), target


@pytest.mark.parametrize(("name", "summary"), COMMANDS.items())
def test_readme_describes_commands_as_help_does(name: str, summary: str) -> None:
    [description] = re.findall(rf"^\| `syncer {name}` \| (.+) \|$", ENGLISH.read_text("utf-8"), re.M)
    assert description.startswith(summary)
