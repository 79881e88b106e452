"""The state of an installation: what `syncer status` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncer.storage.read.gaps import Gap
from syncer.storage.read.processes import ProcessOverview
from syncer.storage.read.report_settings import StoredReportSettings
from syncer.storage.read.retired_streams import RetiredStream
from syncer.storage.read.status import StreamOverview


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationState:
    """The streams, the gaps in their coverage, and the daemons that read them."""

    streams: Sequence[StreamOverview]
    #: Streams that are no longer configured.
    retired: Sequence[RetiredStream]
    gaps: Sequence[Gap]
    processes: Sequence[ProcessOverview]
    report_settings: StoredReportSettings | None = None
