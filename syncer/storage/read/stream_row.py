"""The base of the rows that concern one stream."""

from __future__ import annotations

from dataclasses import dataclass

from syncer.model import stream_label


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRow:
    """A row about one stream, which its source and region name."""

    source: str
    region: str

    @property
    def label(self) -> str:
        """The label of the stream, as in `syncer.model.Stream.label`."""
        return stream_label(self.source, self.region)
