"""Superset's REST API, as far as a trial of the bundle needs it."""

from __future__ import annotations

import json
from typing import Any

import requests

#: How long an answer may take: an import asks the database for much.
_SECONDS = 120


class Refused(Exception):
    """Superset did not do what it was asked for: what, and its own words."""


class Superset:
    """A running Superset at `address`, to somebody who may do everything."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self._address, self._session = address, requests.Session()
        # Nobody's proxy and no ~/.netrc: it is on this machine.
        self._session.trust_env = False
        who = {"username": name, "password": password, "provider": "db", "refresh": False}
        token = self._call("POST", "security/login", json=who)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.headers["X-CSRFToken"] = self._call("GET", "security/csrf_token/")["result"]
        self._session.headers["Referer"] = address

    def bring(self, bundle: bytes, *, kind: str, passwords: dict[str, str]) -> None:
        """Import a zip file: a `dashboard` leaves the charts that there are, `assets` replace them."""
        files = {"bundle" if kind == "assets" else "formData": ("syncer.zip", bundle, "application/zip")}
        fields = {"passwords": json.dumps(passwords), "overwrite": "true"}
        self._call("POST", f"{kind}/import/", files=files, data=fields)

    def listed(self, kind: str) -> list[dict[str, Any]]:
        """All charts or dashboards, by their ids."""
        rows: list[dict[str, Any]] = self._call("GET", f"{kind}/", params={"q": "(page_size:100)"})["result"]
        return sorted(rows, key=lambda row: row["id"])

    def charts_of(self, dashboard_id: int) -> int:
        """How many charts a dashboard has."""
        return len(self._call("GET", f"dashboard/{dashboard_id}/charts")["result"])

    def rows(self, chart_id: int) -> list[list[dict[str, Any]]]:
        """What a chart's queries bring, one list each. Opening it in a browser has made them."""
        results = self._call("GET", f"chart/{chart_id}/data/")["result"]
        for result in results:
            if result.get("error"):
                raise Refused(f"chart {chart_id}: {result['error']}")
        return [result["data"] for result in results]

    def _call(self, verb: str, path: str, **how: Any) -> dict[str, Any]:
        answer = self._session.request(verb, f"{self._address}/api/v1/{path}", timeout=_SECONDS, **how)
        if not answer.ok:
            raise Refused(f"{verb} {path}: {answer.status_code} {answer.text[:2000]}")
        body: dict[str, Any] = answer.json()
        return body
