"""Where a reader's password comes from: made here unless somebody brings one; never from an argument."""

from __future__ import annotations

import getpass
import os
import secrets
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from pathlib import Path

from syncer import logs
from syncer.errors import ConfigurationError

_SHORTEST = 12


@dataclass(frozen=True, slots=True)
class Password:
    """A password, and whether whoever typed the command knows it already."""

    text: str = field(repr=False)
    is_given: bool


def add_password_arguments(parser: ArgumentParser) -> None:
    """The places that a password can come from."""
    places = parser.add_mutually_exclusive_group()
    places.add_argument("--password-prompt", action="store_true", help="ask for the password")
    places.add_argument("--password-env", metavar="VARIABLE", help="take the password from the environment")
    places.add_argument("--password-file", type=Path, metavar="FILE", help="take the password from a file")


def choose_password(args: Namespace) -> Password:
    """The password that `args` point to, else a new one. Raises ConfigurationError where it is too short."""
    given = _given(args)
    if given is not None and (len(given) < _SHORTEST or not given.isprintable()):
        raise ConfigurationError(f"a password needs {_SHORTEST} characters at least, all of them visible")
    password = Password(given or secrets.token_urlsafe(24), is_given=given is not None)
    logs.register_secret(password.text)
    return password


def _given(args: Namespace) -> str | None:
    if args.password_prompt:
        first, again = (getpass.getpass(f"{word}: ") for word in ("Password", "Again"))
        if first != again:
            raise ConfigurationError("the two passwords differ")
        return first
    if args.password_env:
        return os.environ.get(args.password_env, "")
    if args.password_file:
        try:
            return str(args.password_file.read_text("utf-8").rstrip("\r\n"))
        except (OSError, UnicodeError) as error:
            raise ConfigurationError(f"--password-file: {args.password_file}: {error}") from None
    return None
