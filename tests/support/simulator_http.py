"""Clients of a started simulator: of one list, and of the admin port."""

from __future__ import annotations

import http.client
import json
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncer.errors import SyncerError
from syncer.model import Credentials, Query, Request, Response
from syncer.simulator import Simulator
from tests.support.simulator_calls import provider_for


class ListClient:
    """Reads one list with its provider over one persistent connection."""

    def __init__(self, simulator: Simulator, name: str, key: Credentials | None = None) -> None:
        self.simulator, self.name = simulator, name
        self.key = key
        self.provider = provider_for(name, endpoint=simulator.endpoints[name])
        (self.region,) = self.provider.regions or ()
        netloc = urlsplit(simulator.endpoints[name]).netloc
        self.connection = http.client.HTTPConnection(netloc, timeout=20)

    def query(self, **fields: Any) -> Query:
        """A query of the list of ended tasks, with further fields or others."""
        list_name = self.provider.facts.lists[-1 if self.provider.facts.has_details is False else 2].name
        return Query(**{"list_name": list_name, "region": self.region, **fields})

    def get(self, query: Query, *, now: datetime | None = None) -> Response:
        """Send the signed request of a query; return the response."""
        return self.send(self.signed(self.provider.request(query), now))

    def signed(self, request: Request, now: datetime | None = None) -> Request:
        """The request, signed with the time `now`, by default the simulator's."""
        now = now or self.simulator.clock.now()
        return self.provider.sign(request, self.key or self.simulator.credentials, now, uuid.uuid4().hex)

    def send(self, request: Request) -> Response:
        """Send a request; return the response."""
        url = urlsplit(request.url)
        target = f"{url.path}?{url.query}" if url.query else url.path
        self.connection.request(request.method, target, request.body or None, dict(request.headers))
        response = self.connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, headers, response.read())

    def error(self, **fields: Any) -> SyncerError:
        """The error that the provider raises for the response; fails if it raises none."""
        query = self.query()
        with pytest.raises(SyncerError) as caught:
            self.provider.parse(query, self.get(query, **fields))
        return caught.value


class AdminClient:
    """A client of the admin port."""

    def __init__(self, netloc: str) -> None:
        self.netloc = netloc

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        """Send a request; return the value of its JSON response."""
        connection = http.client.HTTPConnection(self.netloc, timeout=20)
        connection.request(method, path, json.dumps(body) if body else None)
        response = connection.getresponse()
        value = json.loads(response.read())
        connection.close()
        assert (response.status == 200) is ("error" not in value)
        return value
