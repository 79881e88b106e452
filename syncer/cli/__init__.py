"""The command line: parses arguments, calls the other packages, presents results."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

from syncer.cli.command_line import as_typed
from syncer.cli.parser import parse
from syncer.cli.signals import receive_signals
from syncer.errors import ConfigurationError, SyncerError

#: Exit codes.
DONE, FAILED, MISCONFIGURED, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code. An error is printed as one line on standard error."""
    _make_streams_safe()
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
    except SystemExit:  # Of `--help`, of a wrong option, and of a signal.
        if error := _flush_output():
            return _fail(error)
        raise
    return _fail(error) if (error := _flush_output()) else code


def _run(arguments: Sequence[str]) -> int:
    args = parse(arguments)
    try:
        with receive_signals():
            code: int = args.run(args)
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has exited, as in `syncer gaps | head`.
        return FAILED
    except (SyncerError, OSError, MemoryError, RuntimeError) as error:
        if args.debug or _describe(error) is None:
            raise
        return _fail(error)


def _fail(error: Exception) -> int:
    """Print the error as one line, unless the reader of our output has exited; return the exit code."""
    if not isinstance(error, BrokenPipeError):
        with suppress(OSError):  # Standard error may be a file on a full disk.
            print(f"syncer: {as_typed(_describe(error) or '')}", file=sys.stderr, flush=True)
    return MISCONFIGURED if isinstance(error, ConfigurationError) else FAILED


def _describe(error: Exception) -> str | None:
    """The message for an error of this program or of its machine; None for a mistake in the code."""
    if isinstance(error, SyncerError):
        return str(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error) or type(error).__name__
        return f"{error.filename}: {reason}" if error.filename else reason
    if isinstance(error, MemoryError):
        return "this process needs more memory than it gets"
    # Of `threading`, which has no class for it.
    return "this process needs more memory or more threads" if "start new thread" in str(error) else None


def _flush_output() -> OSError | None:
    """Write what is buffered for standard output; return the error if that is impossible."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # The interpreter flushes once more at its end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        error.filename = "standard output"
        return error
    return None


def _make_streams_safe() -> None:
    """Make stdout and stderr safe: replace closed streams with /dev/null, escape what they cannot encode."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
