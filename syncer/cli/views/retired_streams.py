"""Lines about the streams that are no longer configured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syncer.cli.views.formatting import NO_LONGER_CONFIGURED, minute_text

if TYPE_CHECKING:
    from syncer.storage.read import RetiredStream


def retired_stream_lines(streams: Sequence[RetiredStream]) -> Iterator[str]:
    """One line for each stream: since when, and the number of its open tasks."""
    for stream in streams:
        count = stream.open_tasks
        tasks = f"; {count:,} open {'task is' if count == 1 else 'tasks are'} not followed" if count else ""
        yield f"{stream.label}: {NO_LONGER_CONFIGURED} since {minute_text(stream.retired_at)}{tasks}"
