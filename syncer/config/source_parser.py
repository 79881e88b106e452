"""Parser of one source: from its table and the facts of its provider to complete settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syncer.config.problems import Problem, joined, nearest, problems_of, unknown_key
from syncer.config.provider_options import option_names, read_options
from syncer.config.settings import ACCOUNT_REQUIRED, SourceSettings
from syncer.config.timing import timing_of, timing_problems
from syncer.config.toml_schema import SourceTable
from syncer.credentials import (
    CommandCredentials,
    CredentialsReader,
    EnvironmentCredentials,
    EnvironmentSecret,
    SeparateSecrets,
    anchored,
    credential_part,
)
from syncer.errors import ConfigurationError
from syncer.model import Facts, Source
from syncer.ports import Provider, ProviderClass
from syncer.providers import PROVIDERS, create_provider

_COMMON = frozenset(SourceTable.model_fields)


@dataclass(frozen=True, slots=True)
class SourceParser:
    """Parses one `[[sources]]` table. Relative paths in it start at `folder`."""

    written: Mapping[str, Any]
    place: str
    folder: Path

    def read(self) -> SourceSettings | list[Problem]:
        """The settings of the source, or all its problems."""
        name = self.written.get("provider")
        provider_class = PROVIDERS.get(name) if isinstance(name, str) else None
        table, problems = self._table()
        problems += self._unknown_keys(provider_class) if provider_class else self._unknown_provider(name)
        problems += _credential_problems(table, self.place)
        options = self._options(provider_class.options_class) if provider_class else []
        if isinstance(options, list):
            return problems + options
        return self._complete(table, options, problems)

    def _table(self) -> tuple[SourceTable, list[Problem]]:
        """The valid common keys, and the problems of the invalid ones."""
        common = {key: value for key, value in self.written.items() if key in _COMMON}
        try:
            return SourceTable.model_validate(common), []
        except ValidationError as error:
            invalid = {details["loc"][0] for details in error.errors(include_url=False, include_input=False)}
            rest = {key: value for key, value in common.items() if key not in invalid}
            stand_ins = {"name": "unnamed", "provider": "unknown"}
            table = SourceTable.model_validate(stand_ins | rest)
            return table, problems_of(error, self.place, SourceTable)

    def _options(self, options_class: type) -> Any | list[Problem]:
        written = {key: self.written[key] for key in option_names(options_class) if key in self.written}
        return read_options(options_class, written, self.place)

    def _unknown_provider(self, name: object) -> list[Problem]:
        if not isinstance(name, str):
            return []  # reported with the common keys
        advice = nearest(name, PROVIDERS) or f"; write one of {', '.join(PROVIDERS)}"
        # Which of the other keys are options is not known without the provider.
        return [Problem(joined(self.place, ["provider"]), f"unknown provider{advice}")]

    def _unknown_keys(self, provider_class: ProviderClass) -> list[Problem]:
        keys = _COMMON.union(option_names(provider_class.options_class))
        owner = f"a source of {provider_class.name}"
        return [
            Problem(joined(self.place, [key]), unknown_key(credential_part(key) or key, sorted(keys), owner))
            for key in self.written
            if key not in keys
        ]

    def _complete(
        self, table: SourceTable, options: Any, problems: list[Problem]
    ) -> SourceSettings | list[Problem]:
        try:
            provider = create_provider(table.provider, endpoint=table.endpoint, options=options)
        except ConfigurationError as error:
            return [*problems, Problem(self.place, error.message)]
        facts = provider.facts
        problems += timing_problems(table, facts, self.place)
        problems += _page_problems(table, facts, self.place)
        problems += _account_problems(table, provider, self.place)
        return problems or self._settings(table, provider)

    def _settings(self, table: SourceTable, provider: Provider) -> SourceSettings:
        facts = provider.facts
        return SourceSettings(
            provider=provider,
            secrets=_secrets(table, facts, self.folder),
            unsigned=Source(
                name=table.name,
                provider=table.provider,
                site=provider.site,
                account=table.account or "",
                page_size=table.page_size or facts.page_size,
                **timing_of(table, facts),
            ),
            requests_per_second=table.requests_per_second or facts.requests_per_second,
            redact=table.redact,
            proxy=table.proxy,
            ca_file=self.folder / table.ca_file if table.ca_file else None,
        )


def _credential_problems(table: SourceTable, place: str) -> list[Problem]:
    written = {key for key in ("access_key", "secret_key", "session_token") if getattr(table, key)}
    if table.credentials_command is not None:
        if not table.credentials_command:
            return [Problem(f"{place}.credentials_command", 'is empty; write ["program", "argument"]')]
        what = "omit it: credentials_command prints all three"
        return [Problem(f"{place}.{key}", what) for key in sorted(written)]
    if not written:
        return []
    return [
        Problem(f"{place}.{key}", f"is required with {' and '.join(sorted(written))}")
        for key in ("access_key", "secret_key")
        if key not in written
    ]


def _account_problems(table: SourceTable, provider: Provider, place: str) -> list[Problem]:
    # A variable may be unset: then there is no token.
    has_token = table.session_token is not None and not isinstance(table.session_token, EnvironmentSecret)
    if not has_token or table.account or provider.identity_request() is not None:
        return []
    return [Problem(f"{place}.account", f"is missing: {ACCOUNT_REQUIRED}")]


def _page_problems(table: SourceTable, facts: Facts, place: str) -> list[Problem]:
    size = table.page_size or facts.page_size
    if size <= facts.page_size:
        return []
    return [Problem(f"{place}.page_size", f"write a number from 1 to {facts.page_size}")]


def _secrets(table: SourceTable, facts: Facts, folder: Path) -> CredentialsReader:
    if table.credentials_command:
        return CommandCredentials(table.credentials_command, folder=folder)
    if table.access_key is None or table.secret_key is None:
        return EnvironmentCredentials(facts.environment)
    token = anchored(table.session_token, folder) if table.session_token else None
    return SeparateSecrets(anchored(table.access_key, folder), anchored(table.secret_key, folder), token)
