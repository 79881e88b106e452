"""`syncer demo` with the real program: it works without configuration, and stops what it has started."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from syncer.demo import DemoState
from syncer.embedded import EmbeddedPostgres
from tests.support.postgres_servers import shared_folder
from tests.support.program import Program, program_in

#: A URL without a server: a demo that used it would fail.
_CONFIGURED_URL = "postgresql://nobody@127.0.0.1:1/real"


@pytest.fixture
def top() -> Iterator[Path]:
    """A folder that the database server's user can read."""
    with shared_folder() as folder:
        yield folder
        EmbeddedPostgres(folder / "demo").stop()


def count(folder: Path, view: str, condition: str = "true") -> int:
    with psycopg.connect(EmbeddedPostgres(folder).url()) as connection:
        row = connection.execute(f"select count(*) from reporting.{view} where {condition}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


def shell_output(line: str) -> str:
    """Run a line in a shell; return its output."""
    process = subprocess.run(line, shell=True, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    return process.stdout


def run_demo(program: Program, *arguments: str) -> str:
    """Run the demo; return its output."""
    result = program.run(
        "demo", *arguments, SYNCER_DATABASE__URL=_CONFIGURED_URL, HTTP_PROXY="http://127.0.0.1:1"
    )
    assert result.code == 0, f"{result.out}\n{result.err}"
    return result.out


def interrupt_demo(folder: Path) -> int:
    """Run the demo until its daemon polls, and interrupt it; return its exit code."""
    command = [sys.executable, "-m", "syncer", "demo", "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        # Each line arrives at once, through a pipe too. The daemon's step is the longest.
        assert any(line.startswith("3. Daemon: poll") for line in process.stdout)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    return process.returncode


def test_demo_is_continued_stopped_and_interrupted(top: Path) -> None:
    folder = top / "demo"
    with program_in(top) as program:
        output = run_demo(program, "--data-dir", str(folder), "--watch", "6")
        tasks = count(folder, "tasks")
        assert tasks > 10_000
        assert count(folder, "task_versions", "not is_current") > 0
        assert count(folder, "coverage", "grade = 'swept'") == 7

        [psql] = re.findall(r"^  (PGPASSFILE=.*)$", output, re.M)
        assert shell_output(f"{psql} -Atc 'select count(*) from reporting.tasks'") == f"{tasks}\n"
        [status] = re.findall(r"^  (.* status --config .*)$", output, re.M)
        assert "embedded (running)" in shell_output(status)

        output = run_demo(program, "--data-dir", str(folder), "--watch", "1")
        assert "Their tasks have changed since the last demo" in output
        assert tasks <= count(folder, "tasks") < tasks + 1_000

        assert run_demo(program, "--data-dir", str(folder), "--stop") == "the demo's database is stopped\n"
        assert not EmbeddedPostgres(folder).is_running()

        assert interrupt_demo(folder) == 130
        assert not EmbeddedPostgres(folder).is_running()


#: The version table of a database from before the first release.
_OLD_SCHEMA = """
CREATE SCHEMA sync;
CREATE TABLE sync.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO sync.alembic_version VALUES ('0005');
"""


def test_demo_from_before_the_first_release_is_refused_by_its_folder(top: Path) -> None:
    folder = top / "demo"
    with EmbeddedPostgres(folder).running() as url, psycopg.connect(url) as connection:
        connection.execute(_OLD_SCHEMA)
    DemoState.new(datetime.now(UTC)).save(folder / "demo_state.json")
    with program_in(top) as program:
        result = program.run("demo", "--data-dir", str(folder))
    assert result.code == 2
    assert "was made before the first release (schema 0005) and cannot be upgraded" in result.err
    assert result.err.endswith(f": remove the folder {folder}, then type the command again\n")
