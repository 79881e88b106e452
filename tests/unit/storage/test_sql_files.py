"""The SQL files of the migrations: one object a file, replaceable, in order of dependence."""

from __future__ import annotations

import ast
import re
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from syncer.storage.schema import _revisions, _sql_files, migrations_folder

MIGRATIONS = migrations_folder()
SQL_FILES = _sql_files()
DEFINITIONS = SQL_FILES.definitions()
#: The revision that creates the tables of the baseline, and the hash of their statements.
BASELINE = ("0010", "c9e210e6b4b011a2")


def test_tables_of_the_baseline_have_their_own_revision() -> None:
    """Databases of other tables are recognised by the revision; after the release neither may change."""
    files = [MIGRATIONS / "baseline" / "schemas.sql", *(MIGRATIONS / "baseline" / "tables").glob("*.sql")]
    lines = "".join(path.read_text("utf-8") for path in sorted(files)).splitlines()
    statements = "\n".join(line for line in lines if not line.strip().startswith("--"))
    digest = sha256(statements.encode()).hexdigest()[:16]
    assert (_revisions()[-1], digest) == BASELINE, (
        "the tables of the baseline changed. Before the first release: give the baseline's revision the next"
        " number and write both here. After it: undo that, and write a revision (docs/schema.md)"
    )


def test_revisions_are_ascending_numbers() -> None:
    """`check_schema` compares them to find databases from before the first release."""
    revisions = _revisions()
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert revisions == [script.revision for script in scripts.walk_revisions()]
    assert all(re.fullmatch(r"\d{4}", revision) for revision in revisions)
    assert revisions == sorted(revisions, reverse=True)


def test_every_table_file_is_created() -> None:
    assert sorted(SQL_FILES._TABLES) == sorted(
        path.stem for path in (MIGRATIONS / "baseline" / "tables").glob("*.sql")
    )


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.name)
def test_file_defines_the_object_of_its_name_and_no_other(definition: SQL_FILES.Definition) -> None:
    kind, _, name = definition.name.partition("/")
    word = {"views": "VIEW", "functions": "FUNCTION"}[kind]
    found = re.findall(r"^CREATE OR REPLACE (VIEW|FUNCTION) \w+\.(\w+)", definition.sql, re.M)
    assert found == [(word, name)]
    assert re.findall(r"^(?:DROP|ALTER|CREATE (?!OR REPLACE))\b.*", definition.sql, re.M) == []


def test_definitions_come_after_what_they_require() -> None:
    seen: set[str] = set()
    for definition in DEFINITIONS:
        assert set(definition.requires) <= seen, definition.name
        seen.add(definition.name.partition("/")[2])


def test_names_of_files_occur_once() -> None:
    names = [each.name.partition("/")[2] for each in DEFINITIONS]
    assert len(names) == len(set(names))


def test_digest_is_of_the_whole_text() -> None:
    definition = SQL_FILES.Definition("views/a", "-- requires: b c\n\nCREATE …;\n")
    assert definition.requires == ("b", "c")
    assert definition.digest != definition._replace(sql=definition.sql + "-- More.\n").digest
    assert SQL_FILES.Definition("views/a", "CREATE …;\n").requires == ()


@pytest.mark.parametrize("path", sorted(MIGRATIONS.rglob("*.py")), ids=lambda path: path.name)
def test_migrations_import_nothing_of_syncer(path: Path) -> None:
    imported = [
        name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    assert imported
    assert [name for name in imported if name.partition(".")[0] == "syncer"] == []
