"""The configuration that `syncer init` writes: general tables, then an example of every provider."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from importlib.resources import files

from syncer.ports import ProviderClass
from syncer.providers import PROVIDERS, create_provider

_WIDTH = 110


def template() -> str:
    """A commented configuration that loads as it is.

    It shows every key: those of all sources in the first source, those of one provider in that provider's.
    """
    first, *others = map(_source, PROVIDERS.values())
    return "\n".join((_text("template.toml"), first + _text("template_source.toml"), *others))


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _source(provider_class: ProviderClass) -> str:
    """The provider's example, each setting commented out."""
    example = provider_class.example
    provider = create_provider(provider_class.name, options=provider_class.options_class(**example.options))
    variables = _variables(provider.facts.environment)
    text = f"{provider.title}. Without access_key, these variables apply: {variables}."
    lines = textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")
    return "\n".join((*lines, *map(_commented, example.configuration.splitlines()), ""))


def _variables(alternatives: Sequence[tuple[str, str, str | None]]) -> str:
    return "; or ".join(", ".join(filter(None, names)) for names in alternatives)


def _commented(line: str) -> str:
    return line if line.startswith("#") else f"#{line}"
