"""The configuration: one TOML file, the environment over it, every problem told at once.

* `loading` finds and reads the file; `tables` says what may stand in it, `written` how each
  value is read, `options` what a provider adds
* `sources` completes one source, `timing` its durations; `settings` is what comes out
* `problems` words what is wrong; `durations` reads "90s" and "7d"; `template.toml` is what a user begins with
"""

from __future__ import annotations

from importlib.resources import files

from syncer.config.durations import parse_duration, write_duration
from syncer.config.loading import find, load
from syncer.config.settings import Settings, SourceSettings
from syncer.config.toml_schema import DaemonTable, DatabaseTable, HistoryTable, ReportingTable
from syncer.config.validators import Address

__all__ = [
    "Address",
    "DaemonTable",
    "DatabaseTable",
    "HistoryTable",
    "ReportingTable",
    "Settings",
    "SourceSettings",
    "find",
    "load",
    "parse_duration",
    "template",
    "write_duration",
]


def template() -> str:
    """A commented configuration to begin with. It mentions every key, and loads as it is."""
    return files(__package__).joinpath("template.toml").read_text(encoding="utf-8")
