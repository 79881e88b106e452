"""The command line. It parses, calls and presents; what is done is done elsewhere."""

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


def main(words: Sequence[str] | None = None) -> int:
    """Run the command typed; its exit code. One clear line on standard error says what went wrong."""
    _open_streams()
    args = parse(sys.argv[1:] if words is None else words)
    signal.signal(signal.SIGTERM, _leave)
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
        # Whoever read us has seen enough, as in `syncer gaps | head`; the flush at exit must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _open_streams() -> None:
    """No word fails for where it is said: closed streams lead nowhere, odd letters are escaped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave(number: int, _: object) -> NoReturn:
    """Unwind on SIGTERM, so that everything that was started is stopped in order."""
    raise SystemExit(128 + number)
