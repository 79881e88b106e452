"""Secrets and credentials in the configuration, in environment variables and in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncer.credentials import (
    EnvironmentCredentials,
    EnvironmentSecret,
    FileSecret,
    InlineSecret,
    Secret,
    SeparateSecrets,
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


@pytest.mark.parametrize(
    ("key", "secret_key", "token", "documented"),
    [
        ("CLOUD_ACCESS_KEY_ID", "CLOUD_ACCESS_KEY_SECRET", "CLOUD_STS_TOKEN", "CLOUD_SECURITY_TOKEN"),
        ("CLOUD_SECRET_ID", "CLOUD_SECRET_KEY", "CLOUD_SECURITY_TOKEN", "CLOUD_TOKEN"),
        ("CLOUD_ACCESS_KEY", "CLOUD_SECRET_KEY", "CLOUD_SESSION_TOKEN", None),
    ],
)
def test_token_may_have_the_name_of_another_tool(
    monkeypatch: pytest.MonkeyPatch, key: str, secret_key: str, token: str, documented: str | None
) -> None:
    for name, value in ((key, "one"), (secret_key, "secret"), (token, "token")):
        monkeypatch.setenv(name, value)
    secrets = EnvironmentCredentials(((key, secret_key, documented),))
    assert secrets.read() == Credentials("one", "secret", "token")
    monkeypatch.setenv("CLOUD_TOKEN", "hunter2")
    with pytest.raises(
        ConfigurationError, match="hold different session tokens; unset all but one"
    ) as failure:
        secrets.read()
    assert "hunter2" not in str(failure.value)


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
