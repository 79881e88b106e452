"""Where access keys are read from, and what is said where they cannot be."""

from __future__ import annotations

import json
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from syncer.credentials import (
    FromCommand,
    FromEnvironment,
    FromFile,
    InlineSecret,
    RotatingCredentials,
    Secret,
    SeparateSecrets,
    VendorEnvironment,
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


def test_parts_are_read_from_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("secret\n")
    monkeypatch.setenv("AK_ONE", " AKID ")
    parts = SeparateSecrets(FromEnvironment("AK_ONE"), FromFile(tmp_path / "key"), InlineSecret("token"))
    assert parts.read() == Credentials("AKID", "secret", "token")


def test_token_that_is_not_set_is_none() -> None:
    parts = SeparateSecrets(InlineSecret("AKID"), InlineSecret("secret"), FromEnvironment("TOKEN_ONE"))
    assert parts.read() == Credentials("AKID", "secret")


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_unusable_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"key is (empty|not text)"):
        FromFile(tmp_path / "key").read()


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot read the secret in .*none: No such file"):
        FromFile(tmp_path / "none").read()


def test_missing_variable_is_told() -> None:
    with pytest.raises(ConfigurationError, match="the environment variable AK_ONE is not set"):
        FromEnvironment("AK_ONE").read()


def test_vendors_variables_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AK_TWO", "two")
    monkeypatch.setenv("SK_TWO", "secret")
    assert VendorEnvironment(NAMES).read() == Credentials("two", "secret")
    monkeypatch.setenv("AK_ONE", "one")
    monkeypatch.setenv("SK_ONE", "secret")
    assert VendorEnvironment(NAMES).read() == Credentials("one", "secret")
    monkeypatch.setenv("TOKEN_ONE", "token")
    assert VendorEnvironment(NAMES).read() == Credentials("one", "secret", "token")


def test_missing_credentials_say_what_to_set() -> None:
    with pytest.raises(ConfigurationError, match="AK_ONE and SK_ONE or AK_TWO and SK_TWO in the environment"):
        VendorEnvironment(NAMES).read()
    with pytest.raises(ConfigurationError, match=r"write access_key and secret_key$"):
        VendorEnvironment(()).read()


@pytest.mark.parametrize(
    "secret", [InlineSecret("hunter2"), SeparateSecrets(InlineSecret("hunter2"), InlineSecret("hunter2"))]
)
def test_secrets_show_in_no_repr(secret: Secret) -> None:
    assert "hunter2" not in repr(secret)
    assert "hunter2" not in repr(FromCommand(("keys", "hunter2")))


# The command


def printing(text: str, status: int = 0) -> FromCommand:
    return FromCommand((sys.executable, "-c", f"import sys; sys.stdout.write({text!r}); sys.exit({status})"))


@pytest.mark.parametrize(
    "printed",
    [
        {"access_key": "ak", "secret_key": "sk", "session_token": "t"},
        {"AccessKeyId": "ak", "AccessKeySecret": "sk", "SecurityToken": "t"},
        {"accessKeyId": "ak", "secretAccessKey": "sk", "sessionToken": "t"},
        {"Response": {"Credentials": {"TmpSecretId": "ak", "TmpSecretKey": "sk", "Token": "t"}}},
        {"Version": 1, "AccessKeyId": "ak", "SecretAccessKey": "sk", "SessionToken": "t"},
    ],
    ids=["ours", "alibaba", "baidu", "tencent", "aws"],
)
def test_command_is_understood(printed: object) -> None:
    assert printing(json.dumps(printed)).read() == Credentials("ak", "sk", "t")


def test_command_without_a_token_gives_none() -> None:
    assert (
        printing('{"access_key": "ak", "secret_key": "sk", "session_token": null}').read().session_token
        is None
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (printing("hunter2"), "printed no JSON"),
        (printing("[]"), "printed no JSON object"),
        (printing('{"access_key": "hunter2"}'), "must print access_key and secret_key"),
        (printing('{"access_key": 1, "secret_key": 2}'), "must print access_key and secret_key"),
        (printing("hunter2", status=3), "ended with status 3"),
        (FromCommand(("/none/keys", "hunter2")), "cannot be run: No such file"),
    ],
)
def test_command_that_fails_is_told_without_its_words(command: FromCommand, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as failure:
        command.read()
    assert "hunter2" not in str(failure.value)


def test_command_that_hangs_is_ended_with_its_children() -> None:
    waiting = "sleep 60 & sleep 60"
    with pytest.raises(ConfigurationError, match=r"took longer than 0\.3 s"):
        FromCommand(("/bin/sh", "-c", waiting), timeout=timedelta(seconds=0.3)).read()


def test_command_runs_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"access_key": "ak", "secret_key": "sk"}')
    assert FromCommand(("cat", "keys.json"), folder=tmp_path).read() == Credentials("ak", "sk")


# Keys


class Shelf:
    """Secrets that change whenever somebody says so, and count how often they are read."""

    def __init__(self) -> None:
        self.secret = "first"
        self.reads = 0

    def read(self) -> Credentials:
        self.reads += 1
        return Credentials("AKID", self.secret)


def make_keys(shelf: Shelf, concealed: list[str] | None = None) -> RotatingCredentials:
    heard = concealed if concealed is not None else []
    return RotatingCredentials(shelf, owner="mps", register_secret=heard.append)


def test_keys_are_read_when_needed_and_kept() -> None:
    shelf = Shelf()
    keys = make_keys(shelf)
    assert shelf.reads == 0
    assert keys.current() is keys.current()
    assert shelf.reads == 1


def test_refused_keys_are_read_again() -> None:
    shelf = Shelf()
    keys = make_keys(shelf)
    refused = keys.current()
    shelf.secret = "second"
    assert keys.renew(refused) == keys.current() == Credentials("AKID", "second")
    assert keys.renew(refused) == keys.current()
    assert shelf.reads == 2


def test_threads_refused_together_read_once() -> None:
    shelf = Shelf()
    keys = make_keys(shelf)
    refused = keys.current()
    shelf.secret = "second"
    threads = [threading.Thread(target=keys.renew, args=(refused,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert shelf.reads == 2


def test_every_secret_read_is_concealed() -> None:
    shelf, concealed = Shelf(), list[str]()
    keys = make_keys(shelf, concealed)
    refused = keys.current()
    shelf.secret = "second"
    keys.renew(refused)
    assert concealed == ["first", "second"]


@pytest.mark.parametrize("secret", ["a b", "a\nb", "密钥", "“quoted”", ""])
def test_secret_that_cannot_travel_is_told(secret: str) -> None:
    shelf = Shelf()
    shelf.secret = secret
    with pytest.raises(ConfigurationError, match="mps: the secret_key is empty or holds") as failure:
        make_keys(shelf).current()
    assert not secret or secret not in str(failure.value)


def test_failure_names_the_source() -> None:
    keys = RotatingCredentials(VendorEnvironment(NAMES), owner="mps", register_secret=lambda _: None)
    with pytest.raises(ConfigurationError, match=r"^mps: no credentials"):
        keys.current()


def test_masked_key_can_be_recognised_and_not_used() -> None:
    assert masked_key("AKIDabcdefghWXYZ") == "AKID***WXYZ"
    assert masked_key("short") == "s***t"
    assert key_hash("AKIDabcdefghWXYZ") != key_hash("AKIDabcdefghWXYz")
