"""Logging: one line an event, as text or as JSON, without any known secret.

An event is a dotted word in the past tense and its facts are keys, which any module gives with the
standard library alone: `logging.getLogger(__name__).info("page.stored", extra={"rows": 100})`.
What belongs to everything a run does is bound once: `with logs.bound(source="tat", run_id=7): ...`.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, TextIO
from urllib.parse import quote

#: Keys of every LogRecord; whatever else a record holds are the event's own facts.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_PLAIN = re.compile(r"[^\s\"=\\]+")
#: A shorter word would blot out half of every line, and is no secret.
_SHORTEST = 4

_bound: ContextVar[Mapping[str, Any]] = ContextVar("bound", default=MappingProxyType({}))


@contextmanager
def bound(**facts: object) -> Iterator[None]:
    """Everything logged inside, by this thread, carries `facts` too."""
    token = _bound.set({**_bound.get(), **facts})
    try:
        yield
    finally:
        _bound.reset(token)


class Redactor:
    """Blots every secret it was told of out of whatever is logged."""

    def __init__(self) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def register_secret(self, secret: str) -> None:
        """Blot `secret` out from now on, as it is and as URLs, JSON and tracebacks would write it."""
        if len(secret) < _SHORTEST:
            return
        spellings = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
        with self._lock:
            self._secrets |= spellings
            longest_first = sorted(self._secrets, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        """`text` with `***` for every known secret."""
        return self._pattern.sub("***", text) if self._pattern else text

    def clean(self, value: object) -> object:
        """`value` as it is where it cannot hold a secret, else as redacted text."""
        return value if isinstance(value, bool | int | float | None) else self.redact(str(value))


#: The process's own: whoever reads a secret tells it here.
redactor = Redactor()
register_secret = redactor.register_secret


class _Formatter(logging.Formatter):
    """The time, the level, the event and its redacted facts, of which a subclass makes one line."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        own = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        facts = {**_bound.get(), **own}
        if record.exc_info:
            facts["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            facts["stack"] = record.stack_info
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "event": self._redactor.redact(_message(record)),
            "logger": record.name,
        }
        return self.line(head, {key: self._redactor.clean(value) for key, value in facts.items()})

    def line(self, head: Mapping[str, str], facts: Mapping[str, object]) -> str:
        """One line that tells both."""
        return json.dumps({**facts, **head}, ensure_ascii=False)


class JsonFormatter(_Formatter):
    """One JSON object: `at`, `level`, `event`, `logger` and the event's facts."""


class TextFormatter(_Formatter):
    """`2026-11-21T22:00:00.000Z INFO page.stored source=tat rows=100`, quoted where a value needs it."""

    def line(self, head: Mapping[str, str], facts: Mapping[str, object]) -> str:
        pairs = (f"{key}={_quoted(value)}" for key, value in facts.items())
        return " ".join((head["at"], head["level"], _one_line(head["event"]), *pairs))


def configure(level: str = "INFO", form: Literal["text", "json"] = "text", to: TextIO | None = None) -> None:
    """Log our events from `level` on, and other libraries' from WARNING on, to `to` (standard error).

    Called again it replaces what it set before, and nothing that others set.
    """
    stream = logging.StreamHandler(to or sys.stderr)
    stream.set_name("syncer")
    stream.setFormatter(JsonFormatter(redactor) if form == "json" else TextFormatter(redactor))
    root = logging.getLogger()
    for former in [each for each in root.handlers if each.get_name() == "syncer"]:
        root.removeHandler(former)
    root.addHandler(stream)
    logging.getLogger("syncer").setLevel(level.upper())


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a wrong number of arguments must not cost the event
        return f"{record.msg} {record.args}"


def _quoted(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")
