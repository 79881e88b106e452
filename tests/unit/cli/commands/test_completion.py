"""`syncer completion`: the words that each shell offers after a command line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from syncer.cli import main
from syncer.cli.command_registry import COMMANDS

_BASH = 'source {script}; COMP_WORDS=({words}); COMP_CWORD={last}; _syncer; echo "${{COMPREPLY[*]}}"'
_FISH = "source {script}; complete -C '{line}'"


def offered(shell: str, line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The words that the shell offers at the end of `line`."""
    if not (program := shutil.which(shell)):
        pytest.skip(f"{shell} is not installed")
    assert main(["completion", shell]) == 0
    script = folder / "script"
    script.write_text(capsys.readouterr().out)
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    code = (_BASH if shell == "bash" else _FISH).format(
        script=script, words=quoted, last=len(words) - 1, line=line
    )
    done = subprocess.run([program, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    if shell == "bash":
        return set(done.stdout.split())
    return {text.split("\t")[0] for text in done.stdout.splitlines()}


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_shell_offers_commands_and_their_options(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert offered(shell, "syncer ", tmp_path, capsys) >= set(COMMANDS)
    assert offered(shell, "syncer st", tmp_path, capsys) == {"status"}
    assert offered(shell, "syncer export --f", tmp_path, capsys) == {"--from", "--format"}
    assert offered(shell, "syncer bi-user dr", tmp_path, capsys) == {"drop"}
    assert offered(shell, "syncer help gap", tmp_path, capsys) == {"gaps"}


def test_script_of_zsh_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "zsh"]) == 0
    script = capsys.readouterr().out
    assert script.startswith("#compdef syncer\n")
    assert [name for name in COMMANDS if f"        {name}) " not in script] == []
