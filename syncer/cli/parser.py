"""From the words typed to the command meant and its arguments."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from syncer import __version__
from syncer.cli.registry import COMMANDS, command

_DESCRIPTION = """\
Keep the cloud task lists that forget: read Tencent MPS and TAT, Alibaba Cloud aiccs and Baidu VOD
into Postgres, with every state a task was seen in.
"""

_EPILOG = """\
begin:
  syncer demo                            # see it work, with made-up tasks
  syncer init && $EDITOR syncer.toml     # then set it up
  syncer migrate && syncer check && syncer run

exit codes: 0 done, 1 something failed, 2 the configuration or the command line is wrong
"""


def parse(words: Sequence[str]) -> Namespace:
    """The arguments, with the command's `run` as `args.run`. Exits with 2 where the words make no sense."""
    style: dict[str, Any] = {"formatter_class": RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = ArgumentParser("syncer", description=_DESCRIPTION, epilog=_EPILOG, **style)
    parser.add_argument("--version", action="version", version=f"syncer {__version__}")
    _add_common(parser, config=None, debug=False)
    choices = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        sub: ArgumentParser = choices.add_parser(name, help=summary, description=description, **style)
        if name in words:
            _complete(sub, name)
    return parser.parse_args(words)


def _complete(sub: ArgumentParser, name: str) -> None:
    typed = command(name)
    sub.epilog = f"example:\n{typed.EXAMPLE}"
    # Before the command or after it: a default here would overwrite what was said before.
    _add_common(sub, config=SUPPRESS, debug=SUPPRESS)
    typed.add_arguments(sub)
    sub.set_defaults(run=typed.run)


def _add_common(parser: ArgumentParser, *, config: Any, debug: Any) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=config,
        metavar="FILE",
        help="the configuration (default: $SYNCER_CONFIG, else ./syncer.toml)",
    )
    parser.add_argument("--debug", action="store_true", default=debug, help="show where an error came from")
