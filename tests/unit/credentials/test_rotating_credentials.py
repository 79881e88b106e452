"""Renewal of credentials, registration of their secrets, and the display of access keys."""

from __future__ import annotations

import threading

import pytest

from syncer.credentials import EnvironmentCredentials, RotatingCredentials, key_hash, masked_key
from syncer.errors import ConfigurationError
from syncer.model import Credentials


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
    credentials = RotatingCredentials(EnvironmentCredentials(()), owner="mps", register_secret=lambda _: None)
    with pytest.raises(ConfigurationError, match=r"^mps: no credentials"):
        credentials.current()


def test_masked_key_and_hash_identify_a_key() -> None:
    assert masked_key("AKIDabcdefghWXYZ") == "AKID***WXYZ"
    assert masked_key("short") == "s***t"
    assert key_hash("AKIDabcdefghWXYZ") != key_hash("AKIDabcdefghWXYz")
