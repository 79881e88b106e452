"""All errors that syncer raises on purpose, named by what the caller does next.

* SyncerError
  * Retryable                 wait and send the request again
    - Throttled               ... after the wait that the vendor asks for
    - ClockSkewed             ... signed with the provider's time
    - CredentialsExpired      ... with the credentials read again
    - NonceRefused            ... with another nonce
    - UnexpectedResponse      ... where something else than the API has answered
    - StoreUnavailable        ... for the database
      + LoginRefused          ... a short time only: it is a ConfigurationError too
    - ThreadUnavailable       ... for memory, or for fewer threads on this machine
  * CredentialsError          the user must change a key or a permission
  * ConfigurationError        the user must change the configuration or run a command
    - SchemaError             ... because the database has the schema of another version
  * ProtocolError             the API does not answer as documented
    - CursorRefused           restart the scan
    - PageRefused             request the page in halves
    - FilterRefused           read without the filter
  * RecordError               one record is unusable: store it as rejected and continue
  * LeaseLost                 another process writes this stream now: stop writing
  * Stopped                   the process is to stop

A message says what happened and what to do, in one line, and never contains a secret.
"""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta
from typing import Self


class SyncerError(Exception):
    """Base of all errors that syncer raises on purpose.

    `code` is the vendor's error code and `request_id` its id of the request, where there are any.
    """

    def __init__(self, message: str, *, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.request_id = request_id

    def with_context(self, context: str = "", *, outcome: str = "") -> Self:
        """A copy of this error with `context` before its message and `outcome` behind it."""
        before = f"{context}: " if context else ""
        after = f"; {outcome}" if outcome else ""
        error = copy(self)
        error.message = f"{before}{self.message}{after}"
        error.args = (error.message,)
        error.__cause__ = self.__cause__
        return error.with_traceback(self.__traceback__)

    def __str__(self) -> str:
        return f"{self.message} (request {self.request_id})" if self.request_id else self.message


# Wait and send the request again


class Retryable(SyncerError):
    """The same request may succeed later; nothing needs to change."""

    #: The wait that the vendor asked for, if any.
    retry_after: timedelta | None = None
    #: The same as an instant on the vendor's clock, where only that is known.
    retry_at: datetime | None = None


class Throttled(Retryable):
    """The vendor refused the request because of its rate limit."""

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, code: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.retry_after = retry_after


class ClockSkewed(Retryable):
    """The vendor refused the time in the signature."""


class CredentialsExpired(Retryable):
    """The session token has expired; its file or command may have a newer one."""


class NonceRefused(Retryable):
    """The vendor refused the nonce as already used."""


class UnexpectedResponse(Retryable):
    """The response is not the API's: a proxy or a maintenance page may have sent it.

    If it stays so through the retries, the API itself may have changed: a ProtocolError.
    """


class StoreUnavailable(Retryable):
    """The database cannot be reached, or cannot write now."""


class ThreadUnavailable(Retryable):
    """The operating system starts no thread now: it has no memory for one, or limits their number."""


# The user must act


class CredentialsError(SyncerError):
    """The vendor refused the key or its permissions."""


class ConfigurationError(SyncerError):
    """A part of the configuration is wrong; the message says what to write instead."""


class SchemaError(ConfigurationError):
    """The database's schema is missing, or older or newer than this version needs."""


class LoginRefused(StoreUnavailable, ConfigurationError):
    """The database's server refuses the login.

    The reason is in the server's words only. It may be a limit of connections, which can pass, or a wrong
    password, which cannot.
    """


# The API changed


class ProtocolError(SyncerError):
    """The response differs from the API's documentation."""


class CursorRefused(ProtocolError):
    """The API no longer accepts the cursor."""


class PageRefused(ProtocolError):
    """The page cannot be read with this size: it is too large, or it keeps failing."""


class FilterRefused(ProtocolError):
    """The API refuses an optional filter."""


# One record


class RecordError(SyncerError):
    """The record has no id, so it cannot become a task."""


# The process


class LeaseLost(SyncerError):
    """Another process has the lease of the stream; nothing was written."""


class Stopped(SyncerError):
    """The process is to stop; the next run continues from the checkpoint."""


def one_line(message: str, longest: int | None = None) -> str:
    """`message` on one line; where it has more than `longest` characters its beginning, with an ellipsis."""
    line = " ".join(message.split())
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1]}…"
