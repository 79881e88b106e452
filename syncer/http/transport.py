"""Transport of one request: sent exactly as it was signed; the response is read whole or not at all."""

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
from syncer.errors import ConfigurationError, PageRefused, Retryable, SyncerError, UnexpectedResponse
from syncer.http.deadline import Deadline, DeadlineAdapter, is_folder_list
from syncer.http.network_errors import REQUEST_ERRORS, classify_error, proxy_refusal
from syncer.model import Request, Response

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXY_VARIABLES = ("https_proxy", "http_proxy", "all_proxy")
_SOCKS = (
    "{} names a SOCKS proxy, which syncer does not support: name an HTTP proxy (http://host:port) there, or"
    " add the provider's host to NO_PROXY"
)
#: Bytes read at a time. gzip expands at most about a thousandfold (https://zlib.net/zlib_tech.html), so one
#: chunk of a gzip bomb stays small in memory.
_CHUNK_SIZE = 16 * 1024
_CONNECT_TIMEOUT = 10.0
_OWN_HEADERS = {"User-Agent": f"syncer/{__version__}", "Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportConfig:
    """How to reach a provider. Missing values come from the usual environment variables."""

    proxy: str | None = None
    ca_file: Path | None = None
    #: Largest accepted body in bytes, after decompression.
    size_cap: int = 32 * 1024 * 1024


class Transport:
    """The HTTP connections of one source. Thread-safe."""

    def __init__(self, config: TransportConfig) -> None:
        """Raises ConfigurationError if the CA certificates cannot be loaded."""
        self._config = config
        self._verify = _ca_certificates(config.ca_file)
        self._session = _Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, DeadlineAdapter(pool_connections=8, pool_maxsize=64, max_retries=0))

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections."""
        self._session.close()

    def send(self, request: Request, timeout: timedelta) -> Response:
        """Send `request`; return the whole response. `timeout` bounds the call as a whole.

        Raises Retryable if no complete response arrived, PageRefused if it is larger than the cap,
        UnexpectedResponse if it is a redirect, ConfigurationError if endpoint, proxy or ca_file must change.
        """
        host, seconds = urlsplit(request.url).netloc, timeout.total_seconds()
        proxies = self._proxies(request.url)
        proxy: str | None = select_proxy(request.url, proxies)
        if proxy and proxy.lower().startswith("socks"):
            raise ConfigurationError(_SOCKS.format(self._proxy_setting(proxy)))
        timed_out = Retryable(f"{host} gave no complete answer in {seconds:g} s")
        with Deadline(seconds) as deadline:
            try:
                response = self._send_and_read(request, proxies, seconds)
            except REQUEST_ERRORS as error:
                raise timed_out if deadline.has_expired else self._classified(error, host, proxy) from error
        if deadline.has_expired:  # a body without a length ends with its connection, also by the deadline
            raise timed_out
        if proxy and response.status == 407:
            raise proxy_refusal("407", host, proxy)
        _reject_truncated(host, response)
        _reject_redirect(host, response)
        return response

    def _proxies(self, url: str) -> dict[str, str]:
        if self._config.proxy:
            return {"all": self._config.proxy}
        return get_environ_proxies(url)

    def _proxy_setting(self, proxy: str) -> str:
        """The key or the variable that names `proxy`."""
        variables = (name for name, value in os.environ.items() if value == proxy)
        found = (name for name in variables if name.lower() in _PROXY_VARIABLES)
        return "proxy" if self._config.proxy else next(found, "the proxy of this machine")

    def _classified(self, error: BaseException, host: str, proxy: str | None) -> SyncerError:
        authorities = _ca_setting(self._config.ca_file)
        return classify_error(error, host, proxy, authorities=authorities and authorities[0])

    def _send_and_read(self, request: Request, proxies: dict[str, str], seconds: float) -> Response:
        response = self._session.send(
            _prepare(request),
            stream=True,
            timeout=(min(_CONNECT_TIMEOUT, seconds), seconds),
            verify=self._verify,
            proxies=proxies,
            allow_redirects=False,
        )
        with closing(response):
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status_code, headers, self._read_body(response))

    def _read_body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_SIZE):
            body += chunk
            if len(body) > self._config.size_cap:
                host = urlsplit(response.url).netloc
                raise PageRefused(f"{host} answers with more than {self._config.size_cap:,} bytes")
        return bytes(body)


class _Session(requests.Session):
    """A session without ~/.netrc, cookies and redirects.

    `requests` replaces an Authorization header with the credentials of ~/.netrc:
    https://github.com/psf/requests/issues/3929
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: to prepare a redirect, `requests` would read the whole body without a limit."""
        return None


def _prepare(request: Request) -> requests.PreparedRequest:
    # The preparation of `requests` quotes the URL again and adds headers; both break signatures.
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.url
    prepared.headers = CaseInsensitiveDict({**_OWN_HEADERS, **request.headers})
    prepared.body = request.body or None
    if request.body:  # without a length the body would be sent in chunks
        prepared.headers["Content-Length"] = str(len(request.body))
    return prepared


def _reject_truncated(host: str, response: Response) -> None:
    # If the connection ends within the headers, http.client returns the headers so far and no body.
    has_length = {"content-length", "transfer-encoding"} & response.headers.keys()
    if not (response.body or has_length or response.status == 204):
        raise Retryable(f"{host} broke the connection before its response was complete")


def _reject_redirect(host: str, response: Response) -> None:
    if 300 <= response.status < 400 and "location" in response.headers:
        target = urlsplit(response.headers["location"])
        # Without the query, which may hold a token.
        address = f"{target.scheme or 'https'}://{target.hostname or host}{target.path}"[:200]
        raise UnexpectedResponse(
            f"{host} answers {response.status} and redirects to {address!r}, which a signed request cannot "
            "follow; if the API is there, write that address as endpoint"
        )


def _ca_setting(ca_file: Path | None) -> tuple[str, str] | None:
    """The key or the variable that names CA certificates, and their path; None where none does."""
    if ca_file:
        return "ca_file", str(ca_file)
    return next(((name, path) for name in _CA_VARIABLES if (path := os.environ.get(name))), None)


def _ca_certificates(ca_file: Path | None) -> str | bool:
    """The path of the CA certificates to trust; True for those of `requests`."""
    setting = _ca_setting(ca_file)
    if setting is None:
        return True
    name, path = setting
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(**{"capath" if _has_folder(path) else "cafile": path})
    except OSError as error:
        reason = error.strerror or "no certificates in it"
        raise ConfigurationError(
            f"{name}: cannot load certificate authorities from {path}: {reason}"
        ) from None
    return path


def _has_folder(path: str) -> bool:
    """Whether `path` is a folder, or a list of folders of which one exists, which is enough for OpenSSL."""
    return any(map(os.path.isdir, path.split(os.pathsep) if is_folder_list(path) else [path]))
