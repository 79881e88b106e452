"""TLS: trusted certificate authorities, host names, and the deadline of an encrypted connection."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncer.errors import ConfigurationError, Retryable
from syncer.http import Transport, TransportConfig
from tests.support.scripted_server import ScriptedServer, http_response, scripted_server
from tests.support.transport_calls import SHORT, send


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    out = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-days", "2", *key, *names, *out], check=True, capture_output=True
    )
    path = folder / "both.pem"
    path.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return path


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with scripted_server(tls=context) as server:
        yield server


def test_unknown_authority_is_a_wrong_configuration(tls_server: ScriptedServer) -> None:
    tls_server.scripts.append(tls_server.respond(http_response(b"{}")))
    with pytest.raises(ConfigurationError, match=r"self.signed certificate.*ca_file"):
        send(tls_server.url)
    assert tls_server.requests == []


def test_authority_of_ca_file_is_trusted(tls_server: ScriptedServer, certificate: Path) -> None:
    tls_server.scripts.append(tls_server.respond(http_response(b"{}")))
    assert send(tls_server.url, config=TransportConfig(ca_file=certificate)).status == 200


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authority_of_the_environment_is_trusted(
    tls_server: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    tls_server.scripts.append(tls_server.respond(http_response(b"{}")))
    monkeypatch.setenv(name, str(certificate))
    assert send(tls_server.url).status == 200


@pytest.mark.parametrize("before", ["", "{missing}:", "{empty}:", "{missing}:{empty}:"])
def test_authority_in_folders_of_the_environment_is_trusted(
    tls_server: ScriptedServer,
    certificate: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    before: str,
) -> None:
    folders = {"missing": tmp_path / "missing", "empty": tmp_path / "empty"}
    folders["empty"].mkdir()
    authorities = tmp_path / "authorities"
    authorities.mkdir()
    shutil.copy(certificate.with_name("cert.pem"), authorities)
    subprocess.run(["openssl", "rehash", authorities], check=True, capture_output=True)
    tls_server.scripts.append(tls_server.respond(http_response(b"{}")))
    monkeypatch.setenv("SSL_CERT_DIR", f"{before.format(**folders)}{authorities}")
    assert send(tls_server.url).status == 200
    monkeypatch.setenv("SSL_CERT_DIR", f"{folders['missing']}:{folders['empty']}")
    with pytest.raises(ConfigurationError, match="certificate"):
        send(tls_server.url)


def test_missing_folders_of_the_environment_are_a_wrong_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    with pytest.raises(ConfigurationError, match=r"^SSL_CERT_DIR: cannot load .*: No such file"):
        Transport(TransportConfig())


def test_host_name_of_the_certificate_is_checked(tls_server: ScriptedServer, certificate: Path) -> None:
    tls_server.scripts.append(tls_server.respond(http_response(b"{}")))
    with pytest.raises(ConfigurationError, match="cannot be trusted"):
        send(f"https://localhost:{tls_server.port}", config=TransportConfig(ca_file=certificate))


def test_dripping_response_over_tls_ends_at_the_deadline(
    tls_server: ScriptedServer, certificate: Path
) -> None:
    tls_server.scripts.append(tls_server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"))
    with pytest.raises(Retryable, match="no complete answer"):
        send(tls_server.url, config=TransportConfig(ca_file=certificate), timeout=SHORT)


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "not PEM"])
def test_unusable_ca_file_is_a_wrong_configuration(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match=r"ca_file: cannot load .*ca\.pem"):
        Transport(TransportConfig(ca_file=path))
