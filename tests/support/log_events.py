"""Log events as they are written, with the fields that are bound around them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from syncer import logs


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.JsonFormatter(logs.Redactor()))
        self.events: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.events.append(json.loads(self.format(record)))


@contextmanager
def collected_events(lowest: int = logging.DEBUG) -> Iterator[list[dict[str, Any]]]:
    """A list to which each event of `syncer` is added until the end, from the level `lowest` on."""
    logger, collector = logging.getLogger("syncer"), _Collector()
    level = logger.level
    logger.addHandler(collector)
    logger.setLevel(lowest)
    try:
        yield collector.events
    finally:
        logger.removeHandler(collector)
        logger.setLevel(level)


def fields(event: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """The values of the fields `names`; None for a field that the event does not have."""
    return tuple(event.get(name) for name in names)
