"""The command line: parses arguments, calls the other packages, presents results."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
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
    args = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        with receive_signals():
            code: int = args.run(args)
        sys.stdout.flush()
    except SyncerError as error:
        if args.debug:
            raise
        print(f"syncer: {as_typed(str(error))}", file=sys.stderr)
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
