"""The configuration: one TOML file, overridden by the environment; every problem is reported at once.

* `loading` finds and reads the file; `toml_schema` has the tables and keys, `validators` the values of single
  keys, `provider_options` the keys of one provider
* `environment` finds variables without effect, `secret_files` the files that hold secrets
* `source_parser` completes one source, `timing` its durations; `settings` is the result
* `problems` words what is wrong; `durations` parses "90s" and "7d"; `init_template` writes a new file
"""

from __future__ import annotations

from syncer.config.durations import parse_duration, write_duration
from syncer.config.init_template import template
from syncer.config.loading import configuration_path, find, load
from syncer.config.secret_files import readable_by_others
from syncer.config.settings import ACCOUNT_REQUIRED, Settings, SourceSettings
from syncer.config.toml_schema import DaemonTable, DatabaseTable, HistoryTable, ReportingTable
from syncer.config.validators import Address

__all__ = [
    "ACCOUNT_REQUIRED",
    "Address",
    "DaemonTable",
    "DatabaseTable",
    "HistoryTable",
    "ReportingTable",
    "Settings",
    "SourceSettings",
    "configuration_path",
    "find",
    "load",
    "parse_duration",
    "readable_by_others",
    "template",
    "write_duration",
]
