"""A simulator that runs as a process of its own, spoken to through its admin port."""

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

#: Whatever proxy the environment names, the simulator is on loopback.
_DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class ShownState:
    """A state as the admin port tells it (`syncer.simulator.TrueState`)."""

    at: datetime
    status: str
    is_open: bool
    has_failed: bool
    record: dict[str, Any]
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task as the admin port tells it (`syncer.simulator.TrueTask`)."""

    task_id: str
    region: str
    created_at: datetime
    visible_from: datetime
    visible_until: datetime | None
    states: tuple[ShownState, ...]

    def is_visible(self, now: datetime) -> bool:
        return self.visible_from <= now and (self.visible_until is None or now < self.visible_until)


@dataclass(frozen=True, slots=True)
class Reading:
    """The simulator's time, and whether it stands still."""

    instant: datetime
    is_frozen: bool

    def now(self) -> datetime:
        return self.instant


class SimulatorClient:
    """A started simulator: to tests the same as a `syncer.simulator.Simulator` in their own process."""

    def __init__(self, endpoints: Mapping[str, str], credentials: Credentials) -> None:
        self.endpoints, self.credentials = endpoints, credentials
        #: What `syncer simulate` does when nothing else is said.
        self.options = SimulatorOptions()

    @property
    def clock(self) -> Reading:
        told = self._ask("GET", "/")
        return Reading(datetime.fromisoformat(told["now"]), told["frozen"])

    def true_tasks(self, name: str, *, now: datetime | None = None) -> Iterator[ShownTask]:
        """Every task of the list so far; `now` may only be the simulator's own time, standing still."""
        wanted = {"list": name, "details": name.startswith("mps")}
        for task in self._ask("GET", f"/truth?{urlencode(wanted)}")["tasks"]:
            yield ShownTask(
                task_id=task["task_id"],
                region=task["region"],
                created_at=datetime.fromisoformat(task["created_at"]),
                visible_from=datetime.fromisoformat(task["visible_from"]),
                visible_until=_instant(task["visible_until"]),
                states=tuple(map(_state, task["states"])),
            )

    def freeze(self) -> None:
        self._ask("POST", "/freeze")

    def advance(self, seconds: float) -> None:
        self._ask("POST", "/advance", {"seconds": seconds})

    def set_faults(self, name: str | None = None, **faults: Any) -> None:
        """Change faults of one list or of all."""
        self._ask("POST", "/faults", {**({"list": name} if name else {}), **faults})

    def fired(self) -> dict[str, dict[str, int]]:
        """By list: how often each fault has fired."""
        return {name: told["fired"] for name, told in self._ask("GET", "/faults").items()}

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = Request(self.endpoints["admin"] + path, data=content, method=method)
        with _DIRECT.open(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def started(arguments: list[str], folder: Path) -> Iterator[SimulatorClient]:
    """`syncer simulate` with these arguments, for as long as the block lasts."""
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
            told = json.loads(line)
            key = Credentials(told["access_key"], told["secret_key"], told["session_token"])
            yield SimulatorClient(told["endpoints"], key)
        finally:
            process.kill()
            process.communicate()


def _state(told: dict[str, Any]) -> ShownState:
    return ShownState(
        at=datetime.fromisoformat(told["at"]),
        status=told["status"],
        is_open=told["is_open"],
        has_failed=told["has_failed"],
        record=told["record"],
        detail=told.get("detail", {}),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
