"""The parser of the command line: options of all commands, and one subparser for each command."""

from __future__ import annotations

import textwrap
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from syncer import __version__
from syncer.cli.command_registry import COMMANDS, command
from syncer.providers import PROVIDERS

_DESCRIPTION = (
    "Read the task lists of {providers} into Postgres."
    " Every task and every observed state of it is kept, also after the cloud has stopped listing it."
)

_EPILOG = """\
first steps:
  syncer demo                            # try it with simulated tasks
  syncer init && $EDITOR syncer.toml     # configure your sources
  syncer migrate && syncer check && syncer run
  syncer help COMMAND                    # the options of a command, with examples

exit codes: 0 success, 1 a failure (of `status`: a stream fails or is overdue),
  2 an error in the configuration or the command line, 128 + N ended by signal N
"""


def _description() -> str:
    """The description, with the titles of all providers."""
    *titles, last = [provider_class.title for provider_class in PROVIDERS.values()]
    text = _DESCRIPTION.format(providers=f"{', '.join(titles)} and {last}")
    return textwrap.fill(text, 80)


def parse(arguments: Sequence[str]) -> Namespace:
    """The parsed arguments, with the command's function as `args.run`. Exits with 2 if they are invalid."""
    arguments = _help_arguments(arguments)
    return _parser([name for name in COMMANDS if name in arguments]).parse_args(arguments)


def words() -> dict[str, dict[str, str]]:
    """By command, "" for none: the commands, options and fixed arguments that can follow, with their help."""
    parser = _parser(list(COMMANDS))
    subparsers = next(action for action in parser._actions if isinstance(action, _SubParsersAction))
    return {
        "": COMMANDS | {"help": "show the help of a command"} | _words_of(parser),
        "help": dict(COMMANDS),
        **{name: _words_of(subparser) for name, subparser in subparsers.choices.items()},
    }


def _words_of(parser: ArgumentParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for action in parser._actions:
        options = [option for option in action.option_strings if option.startswith("--")]
        fixed = () if options or isinstance(action, _SubParsersAction) else map(str, action.choices or ())
        found |= dict.fromkeys([*options, *fixed], action.help or "")
    return found


def _parser(completed: Sequence[str]) -> ArgumentParser:
    """The parser; it has the arguments of the commands in `completed` only."""
    style: dict[str, Any] = {"formatter_class": RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = ArgumentParser("syncer", description=_description(), epilog=_EPILOG, **style)
    parser.add_argument("--version", action="version", version=f"syncer {__version__}")
    _add_common_options(parser, config=None, debug=False)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        subparser: ArgumentParser = subparsers.add_parser(
            name, help=summary, description=description, **style
        )
        if name in completed:
            _complete(subparser, name)
    return parser


def _help_arguments(arguments: Sequence[str]) -> Sequence[str]:
    """`arguments`, or those that print the same help: without a command, and for `help COMMAND`."""
    if not arguments:
        return ["--help"]
    return [*arguments[1:2], "--help"] if arguments[0] == "help" else arguments


def _complete(subparser: ArgumentParser, name: str) -> None:
    """Import the command; add its arguments and its example."""
    module = command(name)
    subparser.epilog = f"example:\n{module.EXAMPLE}"
    # These options may precede or follow the command: a default here would overwrite a preceding value.
    _add_common_options(subparser, config=SUPPRESS, debug=SUPPRESS)
    module.add_arguments(subparser)
    subparser.set_defaults(run=module.run)


def _add_common_options(parser: ArgumentParser, *, config: Any, debug: Any) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=config,
        metavar="FILE",
        help="the configuration file (default: $SYNCER_CONFIG, else ./syncer.toml)",
    )
    parser.add_argument("--debug", action="store_true", default=debug, help="show the traceback of an error")
