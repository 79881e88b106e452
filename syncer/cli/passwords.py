"""The password of a BI role: generated, or given by prompt, variable or file; never as an argument."""

from __future__ import annotations

import getpass
import os
import secrets
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from pathlib import Path

from syncer import logs
from syncer.errors import ConfigurationError

_MIN_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Password:
    """A password, and whether it was given by the user (else it was generated)."""

    text: str = field(repr=False)
    is_given: bool


def add_password_arguments(parser: ArgumentParser) -> None:
    """Add the options that give a password."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--password-prompt", action="store_true", help="ask for the password")
    group.add_argument(
        "--password-env", metavar="VARIABLE", help="read the password from an environment variable"
    )
    group.add_argument("--password-file", type=Path, metavar="FILE", help="read the password from a file")


def choose_password(args: Namespace) -> Password:
    """Read the password that `args` name, or generate one; return it and register it with the logs.

    Raises ConfigurationError where it is too short or contains invisible characters.
    """
    given = _given(args)
    if given is not None and (len(given) < _MIN_LENGTH or not given.isprintable()):
        raise ConfigurationError(f"a password needs at least {_MIN_LENGTH} characters, all of them visible")
    password = Password(given or secrets.token_urlsafe(24), is_given=given is not None)
    logs.register_secret(password.text)
    return password


def _given(args: Namespace) -> str | None:
    """Read the password that the options name; None without such an option."""
    if args.password_prompt:
        first, second = (getpass.getpass(f"{prompt}: ") for prompt in ("Password", "Repeat"))
        if first != second:
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
