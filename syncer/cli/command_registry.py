"""The commands, by name. Only the one that is typed is imported: `--help` must not load the database driver.

A command is a module of `commands/` with `add_arguments(parser)`, `run(args) -> int` (the exit code) and
`EXAMPLE`, the lines at the end of its `--help`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module
from typing import Protocol, cast

#: By name: the summary in `syncer --help`. The module has the command's name, with _ instead of -.
COMMANDS = {
    "demo": "run a one-minute demo with simulated clouds",
    "init": "write a commented syncer.toml",
    "check": "validate the configuration, the database and every source",
    "migrate": "upgrade the database schema to this version",
    "sync": "read every source once, now",
    "run": "read every source on its schedule (the daemon)",
    "status": "show the state of every source, and how to connect",
    "explain": "explain how a task or a creation time was read, or why it was not read",
    "export": "write tasks or their versions to files, one per day",
    "report": "print a report: overview, daily numbers, failures, slow, stuck or lost tasks",
    "rebuild": "recompute the daily and hourly numbers",
    "gaps": "list the creation times whose tasks may be missing",
    "bi-user": "create, list or remove roles that can read the views and nothing else",
    "completion": "print a script that completes commands in bash, zsh or fish",
    "simulate": "run local simulators of the task lists",
}


class Command(Protocol):
    """The interface of a command's module."""

    EXAMPLE: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments of the command."""

    def run(self, args: Namespace) -> int:
        """Run the command; return the exit code. Raises SyncerError."""


def command(name: str) -> Command:
    """Import and return the module of the command `name`."""
    return cast(Command, import_module(f"syncer.cli.commands.{name.replace('-', '_')}"))
