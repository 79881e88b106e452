"""Logging: one line per event, as text or as JSON, without any known secret.

An event has fields and a dotted name: its subject, then what happened. Any module logs it with the standard
library alone: `logging.getLogger(__name__).info("page.stored", extra={"rows": 100})`. Fields of all events of
a run are bound once: `with logs.bound(source="tat", run_id=7): ...`. docs/log-events.md lists all events.
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

#: Attributes of every LogRecord; all others of a record are the fields of its event.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_PLAIN = re.compile(r"[^\s\"=\\]+")
#: Shorter secrets are not masked: they occur by chance in most lines.
_SHORTEST = 4

_bound: ContextVar[Mapping[str, Any]] = ContextVar("bound", default=MappingProxyType({}))


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Add `fields` to every event that this thread logs inside the `with` block, whichever module logs it."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


class Redactor:
    """Masks every registered secret in texts."""

    def __init__(self) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def register_secret(self, secret: str) -> None:
        """Mask `secret` from now on, as it is and as URLs, JSON and tracebacks write it."""
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
        """`value` itself if its type cannot hold a secret, else its redacted text."""
        return value if isinstance(value, bool | int | float | None) else self.redact(str(value))


#: The redactor of this process. Every module that reads a secret registers it here.
redactor = Redactor()
register_secret = redactor.register_secret


class _Formatter(logging.Formatter):
    """Formats a record as its time, level, event and redacted fields; a subclass writes them as one line."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        own = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        fields = {**_bound.get(), **own}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = record.stack_info
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "event": self._redactor.redact(_message(record)),
            "logger": record.name,
        }
        return self.line(head, {key: self._redactor.clean(value) for key, value in fields.items()})

    def line(self, head: Mapping[str, str], fields: Mapping[str, object]) -> str:
        """`head` and `fields` as one line."""
        return json.dumps({**fields, **head}, ensure_ascii=False)


class JsonFormatter(_Formatter):
    """One JSON object: `at`, `level`, `event`, `logger` and the fields of the event."""


class TextFormatter(_Formatter):
    """`2026-11-21T22:00:00.000Z INFO page.stored source=tat rows=100`, quoted where a value needs it."""

    def line(self, head: Mapping[str, str], fields: Mapping[str, object]) -> str:
        pairs = (f"{key}={_quoted(value)}" for key, value in fields.items())
        return " ".join((head["at"], head["level"], _one_line(head["event"]), *pairs))


def configure(level: str = "INFO", form: Literal["text", "json"] = "text", to: TextIO | None = None) -> None:
    """Write our events from `level` on, and those of other libraries from WARNING on, to `to` (or stderr).

    A second call replaces the handler of the first one, and no other handler.
    """
    stream = logging.StreamHandler(to or sys.stderr)
    stream.set_name("syncer")
    stream.setFormatter(JsonFormatter(redactor) if form == "json" else TextFormatter(redactor))
    root = logging.getLogger()
    for former in [handler for handler in root.handlers if handler.get_name() == "syncer"]:
        root.removeHandler(former)
    root.addHandler(stream)
    logging.getLogger("syncer").setLevel(level.upper())


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # The event is logged even if its arguments do not fit.
        return f"{record.msg} {record.args}"


def _quoted(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")
