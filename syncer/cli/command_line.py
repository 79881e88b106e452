"""How the user can start syncer again from the shell."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def command_line() -> str:
    """The way to start syncer again: `syncer` if the shell finds this program by that name, else its path."""
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m syncer"
    on_path = shutil.which("syncer")
    is_this_program = program.name != "syncer" or (on_path and os.path.samefile(on_path, program))
    return "syncer" if is_this_program else shlex.quote(str(program))


def as_typed(message: str) -> str:
    """`message`, whose advice to type `syncer …` names the program by its path where the shell needs that."""
    if Path(sys.argv[0]).name == "__main__.py":  # `python -m syncer`
        return message
    return message.replace("`syncer ", f"`{command_line()} ")
