"""Admin port: addresses, ground truth, request counts, faults and clock as JSON, for tests and scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from syncer.model import Credentials
from syncer.simulator.ground_truth import TrueTask
from syncer.simulator.http_messages import SimRequest, SimResponse, json_response
from syncer.simulator.simulated_clock import SimulatedClock

Params = Mapping[str, Any]


class SimulatorControl(Protocol):
    """What the admin port reads and changes; see `syncer.simulator.Simulator`."""

    @property
    def clock(self) -> SimulatedClock: ...

    @property
    def credentials(self) -> Credentials: ...

    @property
    def endpoints(self) -> Mapping[str, str]: ...

    @property
    def list_names(self) -> tuple[str, ...]: ...

    def true_tasks(
        self, name: str, *, now: datetime | None = None, future: bool = False
    ) -> Iterator[TrueTask]: ...

    def requests(self) -> dict[str, dict[str, Any]]: ...

    def fault_report(self) -> dict[str, dict[str, Any]]: ...

    def set_faults(self, name: str | None = None, /, **changes: Any) -> None: ...

    def rotate_session_token(self) -> Credentials: ...


class _BadRequest(Exception):
    """The request is invalid; the message says what to send instead."""


class AdminApi:
    """Responds to admin requests. Parameters are in the query or in a JSON object in the body.

    GET / (addresses, key and clock), /requests, /faults,
    /truth?list=NAME[&future=1][&records=0][&details=1];
    POST /freeze, /thaw, /advance {seconds}, /rotate, /faults {list?, FAULT: value …}.
    """

    def __init__(self, simulator: SimulatorControl) -> None:
        self._simulator = simulator
        self._actions: dict[tuple[str, str], Callable[[Params], Any]] = {
            ("GET", "/"): self._overview,
            ("GET", "/truth"): self._truth,
            ("GET", "/requests"): self._requests,
            ("GET", "/faults"): self._faults,
            ("POST", "/faults"): self._set_faults,
            ("POST", "/freeze"): self._freeze,
            ("POST", "/thaw"): self._thaw,
            ("POST", "/advance"): self._advance,
            ("POST", "/rotate"): self._rotate,
        }

    def respond(self, request: SimRequest) -> SimResponse:
        """Execute the request; return its result, or status 400 with the key `error`."""
        try:
            action = self._actions.get((request.method, request.path))
            if action is None:
                raise _BadRequest(f"There is no {request.method} {request.path}.")
            return _response(action(_params(request)), 200)
        except (_BadRequest, ValueError) as error:
            return _response({"error": str(error)}, 400)

    def _overview(self, params: Params) -> Any:
        credentials = self._simulator.credentials
        return {
            "endpoints": self._simulator.endpoints,
            "access_key": credentials.access_key,
            "secret_key": credentials.secret_key,
            "session_token": credentials.session_token,
            **self._clock(),
        }

    def _clock(self) -> dict[str, Any]:
        clock = self._simulator.clock
        return {"now": clock.now().isoformat(), "frozen": clock.is_frozen}

    def _truth(self, params: Params) -> Any:
        name = self._list_name(params)
        now = self._simulator.clock.now()
        tasks = self._simulator.true_tasks(name, now=now, future=_flag(params, "future", False))
        records, details = _flag(params, "records", True), _flag(params, "details", False)
        rows = [task.as_json(records=records, details=details) for task in tasks]
        return {"list": name, "now": now.isoformat(), "tasks": rows}

    def _requests(self, params: Params) -> Any:
        return self._simulator.requests()

    def _faults(self, params: Params) -> Any:
        return self._simulator.fault_report()

    def _set_faults(self, params: Params) -> Any:
        changes = {name: value for name, value in params.items() if name != "list"}
        self._simulator.set_faults(params.get("list"), **changes)
        return self._simulator.fault_report()

    def _freeze(self, params: Params) -> Any:
        self._simulator.clock.freeze()
        return self._clock()

    def _thaw(self, params: Params) -> Any:
        self._simulator.clock.thaw()
        return self._clock()

    def _advance(self, params: Params) -> Any:
        if "seconds" not in params:
            raise _BadRequest("Send the `seconds` to advance.")
        self._simulator.clock.advance(timedelta(seconds=float(params["seconds"])))
        return self._clock()

    def _rotate(self, params: Params) -> Any:
        return {"session_token": self._simulator.rotate_session_token().session_token}

    def _list_name(self, params: Params) -> str:
        name = params.get("list")
        if name not in self._simulator.list_names:
            raise _BadRequest(f"Send `list`, one of: {', '.join(self._simulator.list_names)}.")
        return str(name)


def _params(request: SimRequest) -> Params:
    body = json.loads(request.body) if request.body else {}
    if not isinstance(body, dict):
        raise _BadRequest("Send a JSON object.")
    return {**request.params(), **body}


def _flag(params: Params, name: str, default: bool) -> bool:
    return str(params.get(name, default)).lower() in ("1", "true", "yes")


def _response(value: Any, status: int) -> SimResponse:
    return SimResponse(json_response(value, status=status, content_type="application/json"))
