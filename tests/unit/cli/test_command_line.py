"""Advice that can be typed: `syncer` where the shell finds it, else the path of the program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from syncer.cli.command_line import as_typed


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path by which the program was started."""
    path = tmp_path / "a folder" / "syncer"
    path.parent.mkdir()
    path.touch(0o755)
    monkeypatch.setattr(sys, "argv", [str(path), "check"])
    monkeypatch.setenv("PATH", "/nowhere")
    return path


def test_advice_names_a_program_outside_of_the_search_path(program: Path) -> None:
    assert as_typed("no schema: type `syncer migrate`") == f"no schema: type `'{program}' migrate`"


def test_advice_is_short_where_the_shell_finds_the_program(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(program.parent))
    assert as_typed("type `syncer migrate`") == "type `syncer migrate`"


def test_advice_is_short_for_a_module(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(program.parent / "__main__.py")])
    assert as_typed("type `syncer migrate`") == "type `syncer migrate`"
