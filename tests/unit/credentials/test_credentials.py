"""Reading of access keys from each place, the errors, and the renewal of refused ones."""

from __future__ import annotations

import json
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from syncer.credentials import (
    CommandCredentials,
    EnvironmentCredentials,
    EnvironmentSecret,
    FileSecret,
    InlineSecret,
    RotatingCredentials,
    Secret,
    SeparateSecrets,
    key_hash,
    masked_key,
)
from syncer.errors import ConfigurationError
from syncer.model import Credentials

NAMES = (("AK_ONE", "SK_ONE", "TOKEN_ONE"), ("AK_TWO", "SK_TWO", None))


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for names in NAMES:
        for name in filter(None, names):
            monkeypatch.delenv(name, raising=False)


def test_each_part_is_read_from_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("secret\n")
    monkeypatch.setenv("AK_ONE", " AKID ")
    secrets = SeparateSecrets(
        EnvironmentSecret("AK_ONE"), FileSecret(tmp_path / "key"), InlineSecret("token")
    )
    assert secrets.read() == Credentials("AKID", "secret", "token")


def test_unset_token_variable_gives_no_token() -> None:
    secrets = SeparateSecrets(InlineSecret("AKID"), InlineSecret("secret"), EnvironmentSecret("TOKEN_ONE"))
    assert secrets.read() == Credentials("AKID", "secret")


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_unusable_file_is_reported(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"key is (empty|not text)"):
        FileSecret(tmp_path / "key").read()


def test_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot read the secret in .*none: No such file"):
        FileSecret(tmp_path / "none").read()


def test_missing_variable_is_reported() -> None:
    with pytest.raises(ConfigurationError, match="the environment variable AK_ONE is not set"):
        EnvironmentSecret("AK_ONE").read()


def test_vendors_variables_are_tried_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AK_TWO", "two")
    monkeypatch.setenv("SK_TWO", "secret")
    assert EnvironmentCredentials(NAMES).read() == Credentials("two", "secret")
    monkeypatch.setenv("AK_ONE", "one")
    monkeypatch.setenv("SK_ONE", "secret")
    assert EnvironmentCredentials(NAMES).read() == Credentials("one", "secret")
    monkeypatch.setenv("TOKEN_ONE", "token")
    assert EnvironmentCredentials(NAMES).read() == Credentials("one", "secret", "token")


def test_error_without_credentials_names_what_to_set() -> None:
    with pytest.raises(ConfigurationError, match="AK_ONE and SK_ONE or AK_TWO and SK_TWO in the environment"):
        EnvironmentCredentials(NAMES).read()
    with pytest.raises(ConfigurationError, match=r"write access_key and secret_key$"):
        EnvironmentCredentials(()).read()


@pytest.mark.parametrize(
    "secret", [InlineSecret("hunter2"), SeparateSecrets(InlineSecret("hunter2"), InlineSecret("hunter2"))]
)
def test_repr_shows_no_secret(secret: Secret) -> None:
    assert "hunter2" not in repr(secret)
    assert "hunter2" not in repr(CommandCredentials(("keys", "hunter2")))


# The command


def command_printing(text: str, status: int = 0) -> CommandCredentials:
    return CommandCredentials(
        (sys.executable, "-c", f"import sys; sys.stdout.write({text!r}); sys.exit({status})")
    )


@pytest.mark.parametrize(
    "output",
    [
        {"access_key": "ak", "secret_key": "sk", "session_token": "t"},
        {"AccessKeyId": "ak", "AccessKeySecret": "sk", "SecurityToken": "t"},
        {"accessKeyId": "ak", "secretAccessKey": "sk", "sessionToken": "t"},
        {"Response": {"Credentials": {"TmpSecretId": "ak", "TmpSecretKey": "sk", "Token": "t"}}},
        {"Version": 1, "AccessKeyId": "ak", "SecretAccessKey": "sk", "SessionToken": "t"},
    ],
    ids=["ours", "alibaba", "baidu", "tencent", "aws"],
)
def test_output_of_the_command_is_parsed(output: object) -> None:
    assert command_printing(json.dumps(output)).read() == Credentials("ak", "sk", "t")


def test_command_without_a_token_gives_none() -> None:
    credentials = command_printing('{"access_key": "ak", "secret_key": "sk", "session_token": null}').read()
    assert credentials.session_token is None


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (command_printing("hunter2"), "printed no JSON"),
        (command_printing("[]"), "printed no JSON object"),
        (command_printing('{"access_key": "hunter2"}'), "must print access_key and secret_key"),
        (command_printing('{"access_key": 1, "secret_key": 2}'), "must print access_key and secret_key"),
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


# Rotation


class ChangingCredentials:
    """Credentials whose secret a test can change, with a count of the reads."""

    def __init__(self) -> None:
        self.secret = "first"
        self.reads = 0

    def read(self) -> Credentials:
        self.reads += 1
        return Credentials("AKID", self.secret)


def make_credentials(reader: ChangingCredentials, registered: list[str] | None = None) -> RotatingCredentials:
    secrets = registered if registered is not None else []
    return RotatingCredentials(reader, owner="mps", register_secret=secrets.append)


def test_credentials_are_read_once_on_first_use() -> None:
    reader = ChangingCredentials()
    credentials = make_credentials(reader)
    assert reader.reads == 0
    assert credentials.current() is credentials.current()
    assert reader.reads == 1


def test_refused_credentials_are_read_again() -> None:
    reader = ChangingCredentials()
    credentials = make_credentials(reader)
    refused = credentials.current()
    reader.secret = "second"
    assert credentials.renew(refused) == credentials.current() == Credentials("AKID", "second")
    assert credentials.renew(refused) == credentials.current()
    assert reader.reads == 2


def test_threads_refused_together_read_once() -> None:
    reader = ChangingCredentials()
    credentials = make_credentials(reader)
    refused = credentials.current()
    reader.secret = "second"
    threads = [threading.Thread(target=credentials.renew, args=(refused,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert reader.reads == 2


def test_every_secret_is_registered() -> None:
    reader, registered = ChangingCredentials(), list[str]()
    credentials = make_credentials(reader, registered)
    refused = credentials.current()
    reader.secret = "second"
    credentials.renew(refused)
    assert registered == ["first", "second"]


@pytest.mark.parametrize("secret", ["a b", "a\nb", "密钥", "“quoted”", ""])
def test_secret_that_no_header_can_hold_is_reported(secret: str) -> None:
    reader = ChangingCredentials()
    reader.secret = secret
    with pytest.raises(ConfigurationError, match="mps: the secret_key is empty or holds") as failure:
        make_credentials(reader).current()
    assert not secret or secret not in str(failure.value)


def test_error_names_the_source() -> None:
    credentials = RotatingCredentials(
        EnvironmentCredentials(NAMES), owner="mps", register_secret=lambda _: None
    )
    with pytest.raises(ConfigurationError, match=r"^mps: no credentials"):
        credentials.current()


def test_masked_key_and_hash_identify_a_key() -> None:
    assert masked_key("AKIDabcdefghWXYZ") == "AKID***WXYZ"
    assert masked_key("short") == "s***t"
    assert key_hash("AKIDabcdefghWXYZ") != key_hash("AKIDabcdefghWXYz")
