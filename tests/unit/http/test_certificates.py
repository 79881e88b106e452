"""The advice of each error of certificate verification."""

from __future__ import annotations

import ssl

import pytest

from syncer.http.certificates import certificate_error


@pytest.mark.parametrize(
    ("code", "reason", "authorities", "advice"),
    [
        (18, "self-signed certificate", None, "name its file in ca_file"),
        (20, "unable to get local issuer certificate", "ca_file", "ca_file names a file without"),
        (19, "self-signed certificate in chain", "SSL_CERT_FILE", "SSL_CERT_FILE names a file without"),
        (10, "certificate has expired", "ca_file", "clock"),
        (62, "Hostname mismatch", "ca_file", "endpoint"),
        (85, "Missing Authority Key Identifier", "ca_file", "which ca_file names, breaks a rule of X.509"),
        (92, "CA cert does not include key usage extension", None, "Python 3.12"),
    ],
)
def test_advice_names_the_setting_at_fault(
    code: int, reason: str, authorities: str | None, advice: str
) -> None:
    error = ssl.SSLCertVerificationError(1, "failed")
    error.verify_code, error.verify_message = code, reason
    message = str(certificate_error(error, "mps.example", authorities))
    assert message.startswith(f"the TLS certificate of mps.example cannot be trusted ({reason}); ")
    assert advice in message
    assert "\n" not in message
