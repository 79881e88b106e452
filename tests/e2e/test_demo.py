"""`syncer demo` as a newcomer types it, with less to watch: all of it real, nothing left behind unasked."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from syncer.embedded import EmbeddedPostgres
from tests.support.postgres_servers import shared_folder
from tests.support.program import Program, installed

#: Where nobody listens: a demo that obeyed it would fail, and one that found a database would fill it.
_REAL = "postgresql://nobody@127.0.0.1:1/real"


@pytest.fixture
def top() -> Iterator[Path]:
    """A folder that the server's user can reach."""
    with shared_folder() as folder:
        yield folder
        EmbeddedPostgres(folder / "demo").stop()


def count(folder: Path, view: str, condition: str = "true") -> int:
    with psycopg.connect(EmbeddedPostgres(folder).url()) as connection:
        row = connection.execute(f"select count(*) from reporting.{view} where {condition}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


def typed(line: str) -> str:
    """What a shell answers to a line that was copied into it."""
    ended = subprocess.run(line, shell=True, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def give(program: Program, *words: str) -> str:
    ended = program.run("demo", *words, SYNCER_DATABASE__URL=_REAL, HTTP_PROXY="http://127.0.0.1:1")
    assert ended.code == 0, f"{ended.out}\n{ended.err}"
    return ended.out


def test_demo_leaves_a_database_to_look_at_and_goes_on(top: Path) -> None:
    folder = top / "demo"
    with installed(top) as program:
        shown = give(program, "--data-dir", str(folder), "--watch", "6")
        tasks = count(folder, "tasks")
        assert tasks > 10_000
        assert count(folder, "task_versions", "not is_current") > 0
        assert count(folder, "coverage", "grade = 'swept'") == 7

        [psql] = re.findall(r"^  (PGPASSFILE=.*)$", shown, re.M)
        assert typed(f"{psql} -Atc 'select count(*) from reporting.tasks'") == f"{tasks}\n"
        [status] = re.findall(r"^  (.* status --config .*)$", shown, re.M)
        assert "embedded (running)" in typed(status)

        shown = give(program, "--data-dir", str(folder), "--watch", "1")
        assert "Their tasks have changed since the last demo" in shown
        assert tasks <= count(folder, "tasks") < tasks + 1_000

        assert give(program, "--data-dir", str(folder), "--stop") == "the demo's database is stopped\n"
        assert not EmbeddedPostgres(folder).is_running()


def test_demo_that_is_interrupted_leaves_nothing_running(top: Path) -> None:
    command = [sys.executable, "-m", "syncer", "demo", "--data-dir", str(top / "demo")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        # Its lines come through a pipe at once, and the daemon's turn is its longest act.
        assert any(line.startswith("3. Daemon: poll") for line in process.stdout)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.returncode == 130
    assert not EmbeddedPostgres(top / "demo").is_running()
