"""Errors of certificate verification: which setting to change.

The codes are OpenSSL's: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
"""

from __future__ import annotations

import ssl

from syncer.errors import ConfigurationError

_NOT_YET_VALID, _EXPIRED = 9, 10
_HOST_NAMES = (62, 64)
#: The issuer is absent, or the certificate signs itself.
_UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)


def certificate_error(
    error: ssl.SSLCertVerificationError, target: str, authorities: str | None
) -> ConfigurationError:
    """The error for an untrusted certificate of `target`.

    `authorities` is the key or the variable that names the trusted authorities, None where there is none.
    """
    reason = getattr(error, "verify_message", "") or "certificate verify failed"
    advice = _advice(getattr(error, "verify_code", 0), authorities)
    return ConfigurationError(f"the TLS certificate of {target} cannot be trusted ({reason}); {advice}")


def _advice(code: int, authorities: str | None) -> str:
    if code in (_NOT_YET_VALID, _EXPIRED):
        return "correct the clock of this machine, or have the certificate renewed"
    if code in _HOST_NAMES:
        return "write a host name of the certificate in endpoint"
    if code in _UNKNOWN_AUTHORITY or not code:
        if authorities is None:
            return "if your own certificate authority signs it, name its file in ca_file"
        return f"{authorities} names a file without the certificate authority that signs it: add it there"
    source = f", which {authorities} names," if authorities else ""
    return (
        f"the certificate or its authority{source} breaks a rule of X.509 that Python checks since 3.13: have"
        " it issued again by that rule, or run syncer with Python 3.12"
    )
