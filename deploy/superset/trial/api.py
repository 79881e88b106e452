"""A client for the part of Superset's REST API that the test of the bundle uses."""

from __future__ import annotations

import json
from typing import Any

import requests

#: Timeout of a request: an import runs many queries.
_SECONDS = 120


class SupersetError(Exception):
    """Superset refused a request; the message has the request and Superset's response."""


class Superset:
    """A session with the Superset at `address`, as an administrator."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self._address, self._session = address, requests.Session()
        # No proxy and no ~/.netrc: Superset runs on this machine.
        self._session.trust_env = False
        login = {"username": name, "password": password, "provider": "db", "refresh": False}
        token = self._call("POST", "security/login", json=login)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.headers["X-CSRFToken"] = self._call("GET", "security/csrf_token/")["result"]
        self._session.headers["Referer"] = address

    def import_zip(self, bundle: bytes, *, kind: str, passwords: dict[str, str]) -> None:
        """Import a zip file: the kind `dashboard` keeps existing charts, `assets` replaces them."""
        files = {"bundle" if kind == "assets" else "formData": ("syncer.zip", bundle, "application/zip")}
        fields = {"passwords": json.dumps(passwords), "overwrite": "true"}
        self._call("POST", f"{kind}/import/", files=files, data=fields)

    def list_all(self, kind: str) -> list[dict[str, Any]]:
        """All charts or dashboards, sorted by id."""
        rows: list[dict[str, Any]] = self._call("GET", f"{kind}/", params={"q": "(page_size:100)"})["result"]
        return sorted(rows, key=lambda row: row["id"])

    def count_charts(self, dashboard_id: int) -> int:
        """The number of charts of a dashboard."""
        return len(self._call("GET", f"dashboard/{dashboard_id}/charts")["result"])

    def rows(self, chart_id: int) -> list[list[dict[str, Any]]]:
        """The rows of each query of a chart. The chart must have been opened in a browser before."""
        results = self._call("GET", f"chart/{chart_id}/data/")["result"]
        for result in results:
            if result.get("error"):
                raise SupersetError(f"chart {chart_id}: {result['error']}")
        return [result["data"] for result in results]

    def _call(self, verb: str, path: str, **options: Any) -> dict[str, Any]:
        response = self._session.request(verb, f"{self._address}/api/v1/{path}", timeout=_SECONDS, **options)
        if not response.ok:
            raise SupersetError(f"{verb} {path}: {response.status_code} {response.text[:2000]}")
        body: dict[str, Any] = response.json()
        return body
