"""`syncer init`: writes a commented configuration."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from syncer.cli.command_line import as_typed
from syncer.errors import ConfigurationError

EXAMPLE = """\
  syncer init                            # writes ./syncer.toml; never overwrites an existing file
  syncer init --config /etc/syncer/syncer.toml
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing."""


def run(args: Namespace) -> int:
    """Write the file that the other commands will read. Raises ConfigurationError if it exists."""
    from syncer.config import configuration_path, template

    path, absolute_path = configuration_path(args.config)
    try:
        # Readable by its owner only: secrets may be written into it later.
        descriptor = os.open(absolute_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigurationError(f"{path} exists already: edit it, or name another with --config") from None
    except OSError as error:
        raise ConfigurationError(f"cannot write {path}: {error.strerror}") from None
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(template())
    advice = "uncomment your sources in it, then run `syncer migrate` and `syncer check`"
    print(as_typed(f"wrote {path}: {advice}"))
    return 0
