"""Credentials in the output of a command: the names of the three values, and errors that show no value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncer.credentials.printed_credentials import read_credentials
from syncer.errors import ConfigurationError
from syncer.model import Credentials

_KEYS = {"access_key": "ak", "secret_key": "sk"}


@pytest.mark.parametrize(
    "output",
    [
        {"access_key": "ak", "secret_key": "sk", "session_token": "t"},
        {"ak": "ak", "sk": "sk", "token": " t\n"},
        {"AccessKeyId": "ak", "AccessKeySecret": "sk", "SecurityToken": "t", "Expiration": "2026"},
        {"mode": "StsToken", "access_key_id": "ak", "access_key_secret": "sk", "sts_token": "t"},
        {"Credentials": {"AccessKeyId": "ak", "AccessKeySecret": "sk", "StsToken": "t"}, "RequestId": "r"},
        {"accessKeyId": "ak", "secretAccessKey": "sk", "sessionToken": "t", "userId": "u", "roleId": ""},
        {
            "Response": {
                "Credentials": {"TmpSecretId": "ak", "TmpSecretKey": "sk", "Token": "t"},
                "ExpiredTime": 1,
            }
        },
        {"Code": "Success", "TmpSecretId": "ak", "TmpSecretKey": "sk", "Token": "t", "ExpiredTime": 1},
        {"secretId": "ak", "secretKey": "sk", "TENCENTCLOUD_TOKEN": "t", "region": "ap-guangzhou"},
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "ak", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sk", "security-token": "t"},
        {"Version": 1, "AccessKeyId": "ak", "SecretAccessKey": "sk", "SessionToken": "t", "Credentials": {}},
        {
            "lease_id": "x",
            "auth": None,
            "data": {"access_key": "ak", "secret_key": "sk", "security_token": "t"},
        },
        {"access_key": "ak", "secret_key": "sk", "token": "t", "session_token": "t", "sts_token": ""},
    ],
    ids=[
        *(
            "syncer",
            "short",
            "alibaba",
            "alibaba-cli",
            "alibaba-sts",
            "baidu",
            "tencent-sts",
            "tencent-metadata",
        ),
        *("tencent-environment", "alibaba-environment", "aws", "vault", "equal-values"),
    ],
)
def test_names_of_vendors_and_tools_are_known(output: dict[str, Any]) -> None:
    assert read_credentials(json.dumps(output).encode()) == (Credentials("ak", "sk", "t"), ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_of_windows_are_read(encoding: str) -> None:
    assert read_credentials(json.dumps(_KEYS).encode(encoding))[0] == Credentials("ak", "sk")


@pytest.mark.parametrize("token", [None, ""])
def test_empty_token_is_none(token: object) -> None:
    credentials, unknown = read_credentials(json.dumps({**_KEYS, "session_token": token}).encode())
    assert (credentials.session_token, unknown) == (None, ())


def test_names_that_are_no_secrets_are_returned() -> None:
    output = {**_KEYS, "colour": "red", "token_is_new": True, "key_age": 5, "x" * 50: 1}
    _, unknown = read_credentials(json.dumps(output).encode())
    assert unknown == ('"colour"', '"token_is_new"', '"key_age"', '"xxxx…"')


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ('{"access_key": "hunter2", "secret_key": ""}', "must print access_key and secret_key"),
        (
            '{"access_key": "hunter2", "acess_key_secret": "hunter2"}',
            '"acess_key_secret", which is not known; did',
        ),
        (
            '{"access_key": "a", "secret_key": "b", "tokn": "hunter2"}',
            'prints "tokn", which is not known; did you',
        ),
        (
            '{"access_key": "a", "secret_key": "b", "my_login_token": "hunter2"}',
            'prints "my_login_token", which is not known; the',
        ),
        (
            '{"access_key": "a", "secret_key": "b", "passport": {"a": "hunter2"}}',
            'prints "passport", which is not known',
        ),
        ('{"access_key": "a", "secret_key": "b", "token": 5}', 'prints "token" as a value that is no text'),
        (
            '{"access_key": "hunter2", "SecretId": "hunter3", "sk": "b"}',
            r'two values of access_key \("access_key" and "SecretId"\)',
        ),
        ('{"ak": "hunter2", "ak": "hunter3", "sk": "b"}', r'two values of access_key \("ak"\)'),
        (
            '{"ak": "a", "sk": "b", "token": "hunter2", "Credentials": {"Token": "hunter3"}}',
            "two values of session_token",
        ),
        ('{"hunter2hunter2hunter2key": "hunter2"}', 'prints "hunt…", which is not known'),
        ("[" * 100_000, "printed no JSON"),
        ("\xff", "printed no JSON"),
        ("[]", "printed no JSON object"),
    ],
)
def test_unusable_output_is_refused_without_a_value(output: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as failure:
        read_credentials(output.encode("latin-1"))
    assert "hunter2" not in str(failure.value)
    assert "\\n" not in str(failure.value)
