"""Everything that can go wrong, named by what the caller does next.

* SyncerError
  * Retryable                 wait and ask again
    - Throttled               ... at the pace the vendor asks for
    - ClockSkewed             ... signed with the provider's time
    - CredentialsExpired      ... with the credentials read again
    - NonceRefused            ... with another nonce
    - StoreUnavailable        ... the database
  * CredentialsError          someone must change a key or a permission
  * ConfigurationError        someone must change the configuration or type a command
    - SchemaError             ... the database's schema is not this version's
  * ProtocolError             the API does not answer as documented
    - CursorRefused           start that scan again
    - PageRefused             ask for the page in halves
    - FilterRefused           read without the filter
  * RecordError               one record is unusable; put it aside and go on
  * LeaseLost                 another process writes this stream now; let go
  * Stopped                   we were told to stop

A message says what happened and what to do, in one line, and never holds a secret.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Self


class SyncerError(Exception):
    """Base of all errors that syncer raises on purpose.

    `code` is the vendor's error code and `request_id` what its support asks for, where there are any.
    """

    def __init__(self, message: str, *, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.request_id = request_id

    def with_context(self, context: str = "", *, outcome: str = "") -> Self:
        """Put `context` before the message and `outcome` behind it; return this error."""
        before = f"{context}: " if context else ""
        after = f"; {outcome}" if outcome else ""
        self.message = f"{before}{self.message}{after}"
        self.args = (self.message,)
        return self

    def __str__(self) -> str:
        return f"{self.message} (request {self.request_id})" if self.request_id else self.message


# Wait and ask again


class Retryable(SyncerError):
    """It may work the next time; nothing needs to change."""

    #: How long the vendor asked us to wait, where it said so.
    retry_after: timedelta | None = None


class Throttled(Retryable):
    """The vendor wants fewer requests."""

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, code: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.retry_after = retry_after


class ClockSkewed(Retryable):
    """The vendor refused the time in the signature."""


class CredentialsExpired(Retryable):
    """The session token is no longer valid; its file or command may hold a newer one."""


class NonceRefused(Retryable):
    """The vendor has seen this nonce before."""


class StoreUnavailable(Retryable):
    """The database cannot be reached or cannot write at the moment."""


# Someone must act


class CredentialsError(SyncerError):
    """The vendor refuses the key, or what the key may do."""


class ConfigurationError(SyncerError):
    """Something configured is wrong; the message says what to write instead."""


class SchemaError(ConfigurationError):
    """The database's schema is missing, older or newer than this version needs."""


# The API changed


class ProtocolError(SyncerError):
    """The API's answer is not what its documentation promises."""


class CursorRefused(ProtocolError):
    """The API no longer knows the cursor."""


class PageRefused(ProtocolError):
    """The page cannot be had as asked: too large, or it keeps failing."""


class FilterRefused(ProtocolError):
    """The API refuses an optional filter."""


# One record


class RecordError(SyncerError):
    """The record has no id, so it cannot become a task."""


# The process


class LeaseLost(SyncerError):
    """Another process has taken the stream over; nothing was written."""


class Stopped(SyncerError):
    """The process was told to stop; the run goes on from its checkpoint the next time."""


def one_line(message: str, longest: int | None = None) -> str:
    """`message` on one line; where it has more than `longest` characters its beginning, with an ellipsis."""
    line = " ".join(message.split())
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1]}…"
