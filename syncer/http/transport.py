"""Sends one request, byte for byte as it was signed, and reads the whole answer or none of it."""

from __future__ import annotations

import os
import ssl
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies, select_proxy

from syncer import __version__
from syncer.errors import ConfigurationError, PageRefused, ProtocolError, Retryable
from syncer.http.deadline import Deadline, WatchedAdapter
from syncer.http.network_errors import FAILURES, explain
from syncer.model import Request, Response

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
#: A piece of a gzip bomb grows a thousandfold at most, so what is read at once stays small.
_PIECE = 16 * 1024
_CONNECT_TIMEOUT = 10.0
_OWN_HEADERS = {"User-Agent": f"syncer/{__version__}", "Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportConfig:
    """How to reach a provider. What is left out comes from the usual environment variables."""

    proxy: str | None = None
    ca_file: Path | None = None
    #: Bytes of one answer, decompressed.
    size_cap: int = 32 * 1024 * 1024


class Transport:
    """One source's connections. Safe to share between threads."""

    def __init__(self, transport: TransportConfig) -> None:
        """Raises ConfigurationError where the certificate authorities cannot be loaded."""
        self._route = transport
        self._verify = _authorities(transport.ca_file)
        self._session = _Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, WatchedAdapter(pool_connections=8, pool_maxsize=64, max_retries=0))

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open for the next request."""
        self._session.close()

    def send(self, request: Request, within: timedelta) -> Response:
        """The whole answer to `request`, if it is there after `within`.

        Raises Retryable where none came, PageRefused where it is larger than the cap, ProtocolError
        where it points elsewhere, ConfigurationError where somebody must change the way to the host.
        """
        host, seconds = urlsplit(request.url).netloc, within.total_seconds()
        proxies = self._proxies(request.url)
        too_late = Retryable(f"{host} gave no complete answer in {seconds:g} s")
        with Deadline(seconds) as deadline:
            try:
                answer = self._exchange(request, proxies, seconds)
            except FAILURES as error:
                proxy = _shown(select_proxy(request.url, proxies))
                raise too_late if deadline.has_passed else explain(error, host, proxy) from error
        if deadline.has_passed:  # the end of the connection looks like the end of an unmeasured body
            raise too_late
        _refuse_stump(host, answer)
        _refuse_redirect(host, answer)
        return answer

    def _proxies(self, url: str) -> dict[str, str]:
        if self._route.proxy:
            return {"all": self._route.proxy}
        return get_environ_proxies(url)

    def _exchange(self, request: Request, proxies: dict[str, str], seconds: float) -> Response:
        response = self._session.send(
            _prepared(request),
            stream=True,
            timeout=(min(_CONNECT_TIMEOUT, seconds), seconds),
            verify=self._verify,
            proxies=proxies,
            allow_redirects=False,
        )
        with closing(response):
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status_code, headers, self._body(response))

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for piece in response.iter_content(_PIECE):
            body += piece
            if len(body) > self._route.size_cap:
                host = urlsplit(response.url).netloc
                raise PageRefused(f"{host} answers with more than {self._route.size_cap:,} bytes")
        return bytes(body)


class _Session(requests.Session):
    """A session that adds nothing of its own: no ~/.netrc, no cookies, no other place to go."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: to prepare a redirect, requests would read the whole body without a limit."""
        return None


def _prepared(request: Request) -> requests.PreparedRequest:
    # requests' own preparation would quote the URL again and add headers; both break signatures.
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.url
    prepared.headers = CaseInsensitiveDict({**_OWN_HEADERS, **request.headers})
    prepared.body = request.body or None
    if request.body:  # without it the body would be sent in chunks
        prepared.headers["Content-Length"] = str(len(request.body))
    return prepared


def _refuse_stump(host: str, answer: Response) -> None:
    # Headers that end with the connection look complete to Python's http.client, and leave this.
    is_measured = {"content-length", "transfer-encoding"} & answer.headers.keys()
    if not (answer.body or is_measured or answer.status == 204):
        raise Retryable(f"{host} broke the connection before its answer was complete")


def _refuse_redirect(host: str, answer: Response) -> None:
    if 300 <= answer.status < 400 and "location" in answer.headers:
        to = urlsplit(answer.headers["location"])
        where = f"{to.scheme or 'https'}://{to.hostname or host}{to.path}"[:200]
        raise ProtocolError(
            f"{host} answers {answer.status} and points to {where!r}, which a signed request cannot follow; "
            "if that is where the API is, write it as endpoint"
        )


def _authorities(ca_file: Path | None) -> str | bool:
    named = ((name, os.environ.get(name)) for name in _CA_VARIABLES)
    name, path = (
        ("ca_file", str(ca_file)) if ca_file else next((each for each in named if each[1]), ("", None))
    )
    if not path:
        return True
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(**{"capath" if os.path.isdir(path) else "cafile": path})
    except OSError as error:
        reason = error.strerror or "no certificates in it"
        raise ConfigurationError(
            f"{name}: cannot load certificate authorities from {path}: {reason}"
        ) from None
    return path


def _shown(proxy: str | None) -> str | None:
    if not proxy:
        return None
    parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
    return parts.netloc.rpartition("@")[2]
