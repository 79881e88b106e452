"""Environment variables: those that override settings, and those that look like it but have no effect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from syncer.config.problems import Problem, nearest
from syncer.config.toml_schema import RootTable

_PREFIX = "SYNCER_"
#: Kubernetes and Docker set these in every container beside a service that is called `syncer`:
#: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
_SERVICE_LINK = re.compile(r"SYNCER_(SERVICE_(HOST|PORT)\w*|PORT(_\d+_(TCP|UDP|SCTP)\w*)?)", re.IGNORECASE)

#: Variables of Grafana's data source: docs/grafana.md.
_GRAFANA = tuple(f"{_PREFIX}DB_{key}" for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD", "SSLMODE"))
_GRAFANA += (f"{_PREFIX}TIME_ZONE",)


def overlay(
    content: Mapping[str, Any], environment: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """The content of the file, with the values of variables in place of its own; the problems of variables.

    SYNCER_DATABASE__URL overrides one key, SYNCER_DATABASE a whole table in JSON; empty ones are ignored.
    """
    result, problems = dict(content), []
    for name, value in sorted(environment.items()):
        table, separator, key = (part.lower() for part in name[len(_PREFIX) :].partition("__"))
        if not value or not name.upper().startswith(_PREFIX) or table not in RootTable.model_fields:
            continue
        if separator:
            given = result.get(table, {})
            result[table] = {**given, key: value} if isinstance(given, Mapping) else given
            continue
        try:
            result[table] = json.loads(value)
        except ValueError:
            problems.append(Problem(name, "in the environment: must be JSON"))
    return result, problems


def variable_problems(environment: Iterable[str], secrets: Iterable[str] = ()) -> Iterator[Problem]:
    """Problems of variables with our prefix that have no effect, such as SYNCER_DATABASE_URL.

    A variable without `__` is a problem only if it resembles a setting; `secrets` are the variables that the
    configuration reads as secrets, which may have any name.
    """
    known = {
        "SYNCER_CONFIG",
        *_GRAFANA,
        *(f"{_PREFIX}{table.upper()}" for table in RootTable.model_fields),
        *secrets,
    }
    for name in environment:
        upper = name.upper()
        if not upper.startswith(_PREFIX) or name in known or upper in known or _SERVICE_LINK.fullmatch(name):
            continue
        table, separator, key = name[len(_PREFIX) :].partition("__")
        if separator and table.lower() not in RootTable.model_fields:
            spellings = [f"{_PREFIX}{each.upper()}__{key}" for each in RootTable.model_fields]
            yield Problem(name, f"in the environment: unknown table{nearest(name, spellings)}")
        elif not separator and (meant := _setting_like(upper)):
            yield Problem(name, f'in the environment: has no effect; did you mean "{meant}"?')


def _setting_like(name: str) -> str | None:
    """The variable of the setting that `name` resembles: with one underscore, or without its table."""
    variables = _setting_variables()
    spellings = {variable.replace("__", "_"): variable for variable in variables}
    keys = {_PREFIX + variable.partition("__")[2]: variable for variable in variables}
    for known, cutoff in ((spellings, 0.9), (keys, 1.0)):
        if close := get_close_matches(name, known, 1, cutoff):
            return known[close[0]]
    return None


def _setting_variables() -> list[str]:
    tables = {name: field.annotation for name, field in RootTable.model_fields.items()}
    return [
        f"{_PREFIX}{name}__{key}".upper()
        for name, table in tables.items()
        for key in getattr(table, "model_fields", ())
    ]
