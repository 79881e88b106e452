"""The server of the vendor that does not exist: see tests/support/sixth_provider.py."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.sixth_provider import signature


class AcmeCloud:
    """The jobs of one account, listed by page number within a window of creation times, newest first."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        #: The parameters of every request whose signature is right.
        self.requests: list[dict[str, Any]] = []

    def put(self, job_id: str, state: str, created_at: datetime, **more: Any) -> None:
        """Add a job, or replace it."""
        self.jobs[job_id] = {
            "jobId": job_id,
            "title": f"scene {job_id}",
            "preset": "4k",
            "state": state,
            "createdAt": created_at.isoformat(),
            "updatedAt": datetime.now(UTC).isoformat(),
            **more,
        }

    def respond(self, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """The JSON body of the response. Header names are lower case."""
        proof = signature("secret", path, headers["x-acme-date"], headers["x-acme-nonce"], body)
        if headers["authorization"] != f"ACME-HMAC-SHA256 AK:{proof}":
            return {"code": "BadSignature", "message": "no", "requestId": "req-0"}
        parameters: dict[str, Any] = json.loads(body)
        self.requests.append(parameters)
        jobs = [job for job in self.jobs.values() if _is_selected(job, parameters)]
        jobs.sort(key=lambda job: str(job["createdAt"]), reverse=True)
        start = (parameters["page"] - 1) * parameters["pageSize"]
        page = jobs[start : start + parameters["pageSize"]]
        return {"code": "OK", "requestId": "req-1", "totalCount": len(jobs), "jobs": page}


def _is_selected(job: dict[str, Any], parameters: dict[str, Any]) -> bool:
    """Whether the parameters select `job`: by id, or by a window that includes both ends."""
    if "jobIds" in parameters:
        return job["jobId"] in parameters["jobIds"]
    start, end = (parameters.get(key, job["createdAt"]) for key in ("createdFrom", "createdTo"))
    created_at = datetime.fromisoformat(job["createdAt"])
    return datetime.fromisoformat(start) <= created_at <= datetime.fromisoformat(end)


@contextmanager
def serving(cloud: AcmeCloud) -> Iterator[str]:
    """The address of an HTTP server for `cloud`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            content = json.dumps(cloud.respond(self.path, headers, body)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
