"""Reading access keys: written down, from the environment, from files, or from a command's JSON.

Nothing is read before it is needed, and everything is read again when the vendor refuses it, since
session tokens live for hours. No error and no repr shows a secret.
"""

from syncer.credentials.credentials_command import FromCommand
from syncer.credentials.rotating_credentials import RotatingCredentials, key_hash, masked_key
from syncer.credentials.secrets import (
    FromEnvironment,
    FromFile,
    InlineSecret,
    Secret,
    Secrets,
    SeparateSecrets,
    VendorEnvironment,
)

__all__ = [
    "FromCommand",
    "FromEnvironment",
    "FromFile",
    "InlineSecret",
    "RotatingCredentials",
    "Secret",
    "Secrets",
    "SeparateSecrets",
    "VendorEnvironment",
    "key_hash",
    "masked_key",
]
