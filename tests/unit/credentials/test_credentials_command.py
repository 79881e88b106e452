"""Credentials from the output of a command, and the errors of commands."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from syncer.credentials import CommandCredentials
from syncer.errors import ConfigurationError
from syncer.model import Credentials


def command_printing(text: str, status: int = 0) -> CommandCredentials:
    return CommandCredentials(
        (sys.executable, "-c", f"import sys; sys.stdout.write({text!r}); sys.exit({status})")
    )


def test_output_of_the_command_is_parsed() -> None:
    output = {"AccessKeyId": "ak", "AccessKeySecret": "sk", "StsToken": "t"}
    assert command_printing(json.dumps(output)).read() == Credentials("ak", "sk", "t")


def test_name_that_is_not_known_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    output = {"access_key": "ak", "secret_key": "sk", "colour": "hunter2", "shape": {"a": "hunter2"}}
    assert command_printing(json.dumps(output)).read() == Credentials("ak", "sk")
    (record,) = caplog.records
    assert (record.getMessage(), vars(record)["names"]) == ("credentials.names_ignored", '"colour", "shape"')
    assert "hunter2" not in str(vars(record))


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (command_printing("hunter2"), "printed no JSON"),
        (command_printing("[]"), "printed no JSON object"),
        (command_printing('{"access_key": "hunter2"}'), "must print access_key and secret_key"),
        (
            command_printing('{"access_key": 1, "secret_key": 2}'),
            'prints "access_key" as a value that is no text',
        ),
        (command_printing("hunter2", status=3), "ended with status 3"),
        (CommandCredentials(("/none/keys", "hunter2")), "cannot be run: No such file"),
    ],
)
def test_error_of_the_command_shows_no_output(command: CommandCredentials, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as failure:
        command.read()
    assert "hunter2" not in str(failure.value)


def test_command_that_times_out_is_killed_with_its_children() -> None:
    script = "sleep 60 & sleep 60"
    with pytest.raises(ConfigurationError, match=r"took longer than 0\.3 s"):
        CommandCredentials(("/bin/sh", "-c", script), timeout=timedelta(seconds=0.3)).read()


def test_command_runs_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"access_key": "ak", "secret_key": "sk"}')
    assert CommandCredentials(("cat", "keys.json"), folder=tmp_path).read() == Credentials("ak", "sk")


def test_repr_shows_no_argument() -> None:
    assert "hunter2" not in repr(CommandCredentials(("keys", "hunter2")))
