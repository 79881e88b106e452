"""The command line: parses arguments, calls the other packages, presents results."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

from syncer.cli.parser import parse
from syncer.errors import ConfigurationError, SyncerError

#: Exit codes.
DONE, FAILED, MISCONFIGURED, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code. An error is printed as one line on standard error."""
    _make_streams_safe()
    args = parse(sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, _exit_on_signal)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except SyncerError as error:
        if args.debug:
            raise
        print(f"syncer: {error}", file=sys.stderr)
        return MISCONFIGURED if isinstance(error, ConfigurationError) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has exited, as in `syncer gaps | head`; the flush at exit must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _make_streams_safe() -> None:
    """Make stdout and stderr safe: replace closed streams with /dev/null, escape what they cannot encode."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _exit_on_signal(number: int, _: object) -> NoReturn:
    """Raise SystemExit on SIGTERM, so that `with` and `finally` blocks stop in order what was started."""
    raise SystemExit(128 + number)
