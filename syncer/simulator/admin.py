"""The admin port: the truth, the counts, the faults and the clock, as JSON for tests and scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syncer.simulator.http_messages import SimRequest, SimResponse, json_answer

if TYPE_CHECKING:
    from syncer.simulator.simulator import Simulator

Params = Mapping[str, Any]


class _Wrong(Exception):
    """The admin call cannot be done; the message says what to send instead."""


class Admin:
    """Answers admin calls. Parameters come in the query or as a JSON object in the body.

    GET / (addresses, key and clock), /requests, /faults,
    /truth?list=NAME[&future=1][&records=0][&details=1];
    POST /freeze, /thaw, /advance {seconds}, /rotate, /faults {list?, FAULT: value …}.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._calls: dict[tuple[str, str], Callable[[Params], Any]] = {
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

    def __call__(self, call: SimRequest) -> SimResponse:
        try:
            answer = self._calls.get((call.method, call.path))
            if answer is None:
                raise _Wrong(f"There is no {call.method} {call.path}.")
            return _reply(answer(_params(call)), 200)
        except (_Wrong, ValueError) as error:
            return _reply({"error": str(error)}, 400)

    def _overview(self, params: Params) -> Any:
        key = self._simulator.credentials
        return {
            "endpoints": self._simulator.endpoints,
            "access_key": key.access_key,
            "secret_key": key.secret_key,
            "session_token": key.session_token,
            **self._clock(),
        }

    def _clock(self) -> dict[str, Any]:
        clock = self._simulator.clock
        return {"now": clock.now().isoformat(), "frozen": clock.is_frozen}

    def _truth(self, params: Params) -> Any:
        name = self._list(params)
        now = self._simulator.clock.now()
        truth = self._simulator.truth(name, now=now, future=_flag(params, "future", False))
        records, details = _flag(params, "records", True), _flag(params, "details", False)
        tasks = [task.as_json(records=records, details=details) for task in truth]
        return {"list": name, "now": now.isoformat(), "tasks": tasks}

    def _requests(self, params: Params) -> Any:
        return self._simulator.requests()

    def _faults(self, params: Params) -> Any:
        return self._simulator.fault_report()

    def _set_faults(self, params: Params) -> Any:
        changes = {name: value for name, value in params.items() if name != "list"}
        self._simulator.set_faults(params.get("list"), **changes)
        return self._simulator.fault_report()

    def _freeze(self, params: Params) -> Any:
        self._simulator.freeze()
        return self._clock()

    def _thaw(self, params: Params) -> Any:
        self._simulator.thaw()
        return self._clock()

    def _advance(self, params: Params) -> Any:
        if "seconds" not in params:
            raise _Wrong("Send the `seconds` to advance.")
        self._simulator.advance(timedelta(seconds=float(params["seconds"])))
        return self._clock()

    def _rotate(self, params: Params) -> Any:
        """A new session token; the old one has expired."""
        return {"session_token": self._simulator.rotate_session_token().session_token}

    def _list(self, params: Params) -> str:
        name = params.get("list")
        if name not in self._simulator.services:
            raise _Wrong(f"Send `list`, one of: {', '.join(self._simulator.services)}.")
        return str(name)


def _params(call: SimRequest) -> Params:
    body = json.loads(call.body) if call.body else {}
    if not isinstance(body, dict):
        raise _Wrong("Send a JSON object.")
    return {**call.params(), **body}


def _flag(params: Params, name: str, default: bool) -> bool:
    return str(params.get(name, default)).lower() in ("1", "true", "yes")


def _reply(value: Any, status: int) -> SimResponse:
    return SimResponse(json_answer(value, status=status, content_type="application/json"))
