"""Access keys: inline, from environment variables, from files, or from the JSON output of a command.

Values are read on first use and again when the vendor refuses them: session tokens expire within hours.
No error message and no repr shows a secret.
"""

from syncer.credentials.credentials_command import CommandCredentials
from syncer.credentials.printed_credentials import credential_part
from syncer.credentials.rotating_credentials import RotatingCredentials, key_hash, masked_key
from syncer.credentials.secrets import (
    CredentialsReader,
    EnvironmentCredentials,
    EnvironmentSecret,
    FileSecret,
    InlineSecret,
    Secret,
    SeparateSecrets,
    anchored,
)

__all__ = [
    "CommandCredentials",
    "CredentialsReader",
    "EnvironmentCredentials",
    "EnvironmentSecret",
    "FileSecret",
    "InlineSecret",
    "RotatingCredentials",
    "Secret",
    "SeparateSecrets",
    "anchored",
    "credential_part",
    "key_hash",
    "masked_key",
]
