"""Reading access keys: written down, from the environment, from files, or from a command's JSON.

Nothing is read before it is needed, and everything is read again when the vendor refuses it, since
session tokens live for hours. No error and no repr shows a secret.
"""

from syncer.credentials.command import FromCommand
from syncer.credentials.keys import Keys, key_hash, masked
from syncer.credentials.secrets import (
    FromEnvironment,
    FromFile,
    Parts,
    Secret,
    Secrets,
    VendorEnvironment,
    Written,
)

__all__ = [
    "FromCommand",
    "FromEnvironment",
    "FromFile",
    "Keys",
    "Parts",
    "Secret",
    "Secrets",
    "VendorEnvironment",
    "Written",
    "key_hash",
    "masked",
]
