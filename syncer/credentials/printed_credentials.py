"""Credentials in the JSON that a command prints, by the names that vendors and their tools give them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from syncer.errors import ConfigurationError
from syncer.model import Credentials

#: Names in lower case, without separators and without `_PREFIX`.
_PARTS = {
    "access_key": ("accesskey", "accesskeyid", "accessid", "secretid", "keyid", "ak"),
    "secret_key": ("secretkey", "secretaccesskey", "accesskeysecret", "accesssecret", "keysecret", "sk"),
    "session_token": ("sessiontoken", "securitytoken", "token"),
}
_PART_OF = {name: part for part, names in _PARTS.items() for name in names}
_SEPARATORS = re.compile(r"[\W_]+")
#: Cloud names, as in environment variables, and the words for temporary values: `TmpSecretId`, `sts_token`.
_PREFIX = re.compile(
    r"(tencentcloud|tencent|alibabacloud|alicloud|aliyun|baiducloud|baidubce|bce|aws)?(tmp|temp|sts)?"
)
#: Objects in which token services and secret stores nest the values.
_ENVELOPES = frozenset({"response", "credentials", "credential", "data", "result"})
#: Other names that token services, secret stores and the vendors' command lines print.
_IGNORED = frozenset(
    {
        *("version", "code", "message", "success", "requestid", "mode", "type", "region", "regionid"),
        *("expiration", "expiredtime", "expiretime", "expiresat", "expires", "expiry", "durationseconds"),
        *("createtime", "lastupdated", "userid", "roleid", "rolearn", "accountid", "assumedroleuser", "arn"),
        *("leaseid", "leaseduration", "renewable", "wrapinfo", "warnings", "auth", "mounttype"),
    }
)
#: Words in names of secrets.
_SECRET = re.compile(r"access|credential|key|pass|secret|session|sign|ticket|token")

#: A JSON object as its names and values: a name may occur twice.
Pairs = tuple[tuple[str, Any], ...]


def read_credentials(output: bytes) -> tuple[Credentials, tuple[str, ...]]:
    """The credentials in `output`, one JSON object, and the names in it that are not known.

    Raises ConfigurationError, whose message continues the name of the command and shows no value: where a
    part is missing or occurs with two values, or an unknown name resembles a part of the credentials.
    """
    pairs = _parse(output)
    found: dict[str, tuple[str, str]] = {}
    unknown: dict[str, Any] = {}
    for name, value in _flattened(pairs):
        part = credential_part(name)
        if part is None:
            unknown[name] = value
        elif value is not None and value != "":
            _add(found, part, name, value)
    for name, value in unknown.items():
        if value and isinstance(value, str | tuple):
            _refuse_secret(name)
    values = {part: value for part, (_, value) in found.items()}
    if not values.keys() >= {"access_key", "secret_key"}:
        raise ConfigurationError("must print access_key and secret_key (and session_token, if there is one)")
    return Credentials(**values), tuple(map(_shown, unknown))


def credential_part(name: str) -> str | None:
    """The part of the credentials that a vendor or a tool calls `name`; None for another name."""
    return _PART_OF.get(_normalised(name))


def _parse(output: bytes) -> Pairs:
    try:
        value = json.loads(output, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        raise ConfigurationError("printed no JSON; it must print one object") from None
    if not isinstance(value, tuple):
        raise ConfigurationError("printed no JSON object")
    return value


def _flattened(pairs: Pairs) -> Iterator[tuple[str, Any]]:
    """The pairs of an object and of the envelopes in it, without those in `_IGNORED`."""
    for name, value in pairs:
        normalised = _normalised(name)
        if isinstance(value, tuple) and normalised in _ENVELOPES:
            yield from _flattened(value)
        elif normalised not in _IGNORED:
            yield name, value


def _add(found: dict[str, tuple[str, str]], part: str, name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise ConfigurationError(f"prints {_shown(name)} as a value that is no text")
    other, known = found.setdefault(part, (name, value.strip()))
    if known != value.strip():
        names = " and ".join(dict.fromkeys((_shown(other), _shown(name))))
        raise ConfigurationError(f"prints two values of {part} ({names}); it must print one")


def _refuse_secret(name: str) -> None:
    normalised = _normalised(name)
    if close := get_close_matches(normalised, list(_PART_OF), 1, 0.75):
        raise ConfigurationError(
            f"prints {_shown(name)}, which is not known; did you mean {_PART_OF[close[0]]}?"
        )
    if _SECRET.search(normalised):
        known = "access_key, secret_key and session_token"
        raise ConfigurationError(f"prints {_shown(name)}, which is not known; the names are {known}")


def _normalised(name: str) -> str:
    bare = _SEPARATORS.sub("", name.lower())
    return _PREFIX.sub("", bare, count=1) or bare


def _shown(name: str) -> str:
    """A name on one line; cut where it may be a value that was printed in place of a name."""
    may_be_value = len(name) > 40 or (len(name) >= 16 and any(map(str.isdigit, name)))
    return json.dumps(f"{name[:4]}…" if may_be_value else name, ensure_ascii=False)
