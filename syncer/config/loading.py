"""Find and load the configuration file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syncer.config import validators
from syncer.config.environment import overlay, variable_problems
from syncer.config.problems import Problem, listed, problems_of
from syncer.config.secret_files import secret_files, secret_variables
from syncer.config.settings import Settings, SourceSettings
from syncer.config.source_parser import SourceParser
from syncer.config.toml_schema import DatabaseTable, RootTable
from syncer.credentials import anchored
from syncer.errors import ConfigurationError

_DEFAULT = "syncer.toml"


def configuration_path(option: Path | None) -> tuple[Path, Path]:
    """The path of the configuration as it was named, and its absolute form; it need not exist.

    Raises ConfigurationError where no file can have it.
    """
    named = option or Path(os.environ.get("SYNCER_CONFIG") or _DEFAULT)
    try:
        return named, validators.path(named).absolute()
    except ValueError as error:
        raise ConfigurationError(f"the configuration {named}: {error}") from None
    except FileNotFoundError:
        advice = "change to another one, or name the configuration with an absolute path"
        raise ConfigurationError(f"the working folder no longer exists: {advice}") from None


def find(option: Path | None = None) -> Path:
    """Absolute path of the file in `--config`, otherwise in SYNCER_CONFIG, otherwise ./syncer.toml.

    Raises ConfigurationError where it does not exist.
    """
    named, path = configuration_path(option)
    try:
        if path.is_dir():
            raise ConfigurationError(f"the configuration {path} is a folder: name a file in it")
        if path.exists():
            return path
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from None
    if str(named) == _DEFAULT:
        advice = "write one with `syncer init`, or name another with --config FILE or SYNCER_CONFIG"
        raise ConfigurationError(f"there is no configuration {path}: {advice}")
    raise ConfigurationError(
        f"there is no configuration {path}: write one with `syncer init --config {named}`"
    )


def load(path: Path) -> Settings:
    """The configuration in the file `path`, overridden by the environment (SYNCER_DATABASE__URL).

    Relative paths in it are beneath its folder. Of the secrets only the URL of the database is read. Raises
    one ConfigurationError that lists everything that is wrong, a line each.
    """
    written_content = _content(path)
    content, problems = overlay(written_content, os.environ)
    content, url_problems = _with_database_url(content, path.parent)
    problems += url_problems
    tables, other_problems = _tables(content)
    problems += other_problems
    written = tables.sources if tables else _sources(content)
    sources = [_source(at, table, path.parent) for at, table in enumerate(written)]
    problems += [problem for found in sources if isinstance(found, list) for problem in found]
    problems += [*_duplicates(written), *variable_problems(os.environ, secret_variables(content))]
    if problems or tables is None:
        raise listed(str(path), problems)
    return Settings(
        path=path,
        database=_with_data_dir(tables.database, path.parent),
        daemon=tables.daemon,
        reporting=tables.reporting,
        history=tables.history,
        sources=tuple(found for found in sources if isinstance(found, SourceSettings)),
        secret_files=secret_files(written_content, path),
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None


def _with_database_url(content: dict[str, Any], folder: Path) -> tuple[dict[str, Any], list[Problem]]:
    """`content` with the URL of the database in place of the variable or the file that holds it."""
    database = content.get("database")
    if not isinstance(database, dict) or not isinstance(database.get("url"), dict):
        return content, []
    without_url = {**content, "database": {key: database[key] for key in database if key != "url"}}
    try:
        url = anchored(validators.secret(database["url"]), folder).read()
    except ValueError as error:
        return without_url, [Problem("database.url", str(error))]
    except ConfigurationError as error:
        return without_url, [Problem("database.url", error.message)]
    return {**content, "database": {**database, "url": url}}, []


def _tables(content: Mapping[str, Any]) -> tuple[RootTable | None, list[Problem]]:
    try:
        return RootTable.model_validate(content), []
    except ValidationError as error:
        return None, problems_of(error, "", RootTable)


def _sources(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The source tables of an invalid file, so that all problems are reported at once."""
    written = content.get("sources")
    return [table for table in written if isinstance(table, dict)] if isinstance(written, list) else []


def _source(at: int, table: Mapping[str, Any], folder: Path) -> SourceSettings | list[Problem]:
    found = SourceParser(table, f"sources[{at}]", folder).read()
    name = table.get("name")
    if isinstance(found, SourceSettings) or not isinstance(name, str):
        return found
    return [replace(problem, owner=name) for problem in found]


def _duplicates(written: list[dict[str, Any]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for at, table in enumerate(written):
        name = str(table.get("name", f"[{at}]"))
        if name in first:
            message = f"is already the name of sources[{first[name]}]; write another one"
            yield Problem(f"sources[{at}].name", message, name)
        first.setdefault(name, at)


def _with_data_dir(database: DatabaseTable, folder: Path) -> DatabaseTable:
    if database.data_dir is None:
        return database
    return database.model_copy(update={"data_dir": folder / database.data_dir})
