"""The commands there are. Only the one that is typed is imported: --help must not wait for a database.

A command is a module of this folder with `add_arguments(parser)`, `run(args) -> int` (the exit code) and
`EXAMPLE`, the lines its --help ends with.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module
from typing import Protocol, cast

#: By name: what the list in `syncer --help` says. The module has the command's name, with _ for -.
COMMANDS = {
    "demo": "see it work in a minute, with made-up clouds",
    "init": "write a commented syncer.toml to begin with",
    "check": "look whether configuration, database and sources are right",
    "migrate": "bring the database's schema to this version",
    "sync": "read every source once, now",
    "run": "read every source on its schedule (the daemon)",
    "status": "show where everything stands, and how to connect",
    "explain": "tell how a task, or a time of creation, was read, or why it was not",
    "export": "write tasks or their versions into files, a day each",
    "report": "show what became of the tasks: overview, failures, what is slow or stuck",
    "rebuild": "count again what days and hours came to",
    "gaps": "list the creation times whose tasks may be missing",
    "bi-user": "make, list or remove roles that may read the views and nothing else",
    "simulate": "serve the providers' task lists on this machine, made up",
}


class Command(Protocol):
    """What a command's module offers."""

    EXAMPLE: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say which arguments the command takes."""

    def run(self, args: Namespace) -> int:
        """Do it; the exit code. Raises SyncerError with what went wrong."""


def command(name: str) -> Command:
    """The command called `name`."""
    return cast(Command, import_module(f"syncer.cli.commands.{name.replace('-', '_')}"))
