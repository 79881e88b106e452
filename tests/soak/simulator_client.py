"""Client of a simulator in a process of its own, through its admin port."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from syncer.model import Credentials
from syncer.simulator import SimulatorOptions

#: The simulator is on loopback, so proxies of the environment are ignored.
_DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class RemoteState:
    """A `syncer.simulator.TrueState`, as read from the admin port."""

    at: datetime
    status: str
    is_open: bool
    has_failed: bool
    record: dict[str, Any]
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """A `syncer.simulator.TrueTask`, as read from the admin port."""

    task_id: str
    region: str
    created_at: datetime
    visible_from: datetime
    visible_until: datetime | None
    states: tuple[RemoteState, ...]

    def is_visible(self, now: datetime) -> bool:
        """Whether the list shows the task at `now`."""
        return self.visible_from <= now and (self.visible_until is None or now < self.visible_until)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The simulator's time, and whether its clock is frozen."""

    instant: datetime
    is_frozen: bool

    def now(self) -> datetime:
        return self.instant


class SimulatorClient:
    """A started simulator, with the methods of a `syncer.simulator.Simulator` that tests use."""

    def __init__(self, endpoints: Mapping[str, str], credentials: Credentials) -> None:
        self.endpoints, self.credentials = endpoints, credentials
        #: The default options of `syncer simulate`.
        self.options = SimulatorOptions()

    @property
    def clock(self) -> ClockReading:
        overview = self._send("GET", "/")
        return ClockReading(datetime.fromisoformat(overview["now"]), overview["frozen"])

    def true_tasks(self, name: str, *, now: datetime | None = None) -> Iterator[RemoteTask]:
        """Every task created so far; `now` must be the simulator's time, and its clock frozen."""
        query = {"list": name, "details": name.startswith("mps")}
        for task in self._send("GET", f"/truth?{urlencode(query)}")["tasks"]:
            yield RemoteTask(
                task_id=task["task_id"],
                region=task["region"],
                created_at=datetime.fromisoformat(task["created_at"]),
                visible_from=datetime.fromisoformat(task["visible_from"]),
                visible_until=_instant(task["visible_until"]),
                states=tuple(map(_state, task["states"])),
            )

    def freeze(self) -> None:
        self._send("POST", "/freeze")

    def advance(self, seconds: float) -> None:
        self._send("POST", "/advance", {"seconds": seconds})

    def set_faults(self, name: str | None = None, **faults: Any) -> None:
        """Change faults of one list or of all."""
        self._send("POST", "/faults", {**({"list": name} if name else {}), **faults})

    def fired(self) -> dict[str, dict[str, int]]:
        """By list: how often each fault has fired."""
        return {name: report["fired"] for name, report in self._send("GET", "/faults").items()}

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = Request(self.endpoints["admin"] + path, data=content, method=method)
        with _DIRECT.open(request, timeout=60) as response:
            return json.load(response)


@contextmanager
def running_simulator(arguments: list[str], folder: Path) -> Iterator[SimulatorClient]:
    """Start `syncer simulate` with these arguments; kill it at the end of the block."""
    with (folder / "simulator.err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "syncer", "simulate", "--json", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=err,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (folder / "simulator.err").read_text("utf-8")
            announcement = json.loads(line)
            credentials = Credentials(
                announcement["access_key"], announcement["secret_key"], announcement["session_token"]
            )
            yield SimulatorClient(announcement["endpoints"], credentials)
        finally:
            process.kill()
            process.communicate()


def _state(row: dict[str, Any]) -> RemoteState:
    return RemoteState(
        at=datetime.fromisoformat(row["at"]),
        status=row["status"],
        is_open=row["is_open"],
        has_failed=row["has_failed"],
        record=row["record"],
        detail=row.get("detail", {}),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
