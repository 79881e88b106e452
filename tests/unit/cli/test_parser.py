"""The parser: options on either side of the command, help, and exit code 2 for invalid arguments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from syncer.cli import command_registry
from syncer.cli.parser import parse
from syncer.providers import PROVIDERS
from tests.support.sixth_provider import AcmeRender


@pytest.mark.parametrize("arguments", [["--config", "a.toml", "init"], ["init", "--config", "a.toml"]])
def test_config_may_precede_or_follow_the_command(arguments: list[str]) -> None:
    assert parse(arguments).config == Path("a.toml")


def test_config_after_the_command_wins() -> None:
    assert parse(["--config", "a.toml", "init", "--config", "b.toml"]).config == Path("b.toml")


def test_config_defaults_to_none() -> None:
    assert parse(["init"]).config is None


@pytest.mark.parametrize("arguments", [["nonsense"], ["init", "--nonsense"], ["--conf", "a.toml", "init"]])
def test_invalid_arguments_exit_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(arguments)
    assert exit_.value.code == 2
    assert "usage: syncer" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(["--help"])
    output = capsys.readouterr().out
    assert exit_.value.code == 0
    assert [name for name in command_registry.COMMANDS if f"    {name}" not in output] == []


@pytest.mark.parametrize(
    ("arguments", "same_as"),
    [([], ["--help"]), (["help"], ["--help"]), (["help", "bi-user"], ["bi-user", "--help"])],
    ids=["nothing", "help", "help of a command"],
)
def test_help_is_also_a_command(
    arguments: list[str], same_as: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for each in (arguments, same_as):
        with pytest.raises(SystemExit) as exit_:
            parse(each)
        assert exit_.value.code == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] != ""


def test_help_of_an_unknown_command_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(["help", "nonsense"])
    assert exit_.value.code == 2
    assert "nonsense" in capsys.readouterr().err


def test_help_names_every_provider(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROVIDERS, AcmeRender.name, AcmeRender)
    with pytest.raises(SystemExit):
        parse(["--help"])
    output = " ".join(capsys.readouterr().out.split())
    assert all(provider_class.title in output for provider_class in PROVIDERS.values())
    assert f" and {AcmeRender.title} into Postgres" in output


@pytest.mark.parametrize("name", command_registry.COMMANDS)
def test_help_of_a_command_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse([name, "--help"])
    assert exit_.value.code == 0
    assert f"example:\n  syncer {name}" in capsys.readouterr().out


def test_help_imports_no_heavy_library() -> None:
    heavy = {"alembic", "apscheduler", "psycopg", "pydantic", "requests", "rich", "sqlalchemy"}
    script = f"""
import sys
from syncer.cli import main
try:
    main(["--help"])
except SystemExit:
    print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stderr == "[]\n"
