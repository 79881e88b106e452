"""The file that `syncer init` writes: it loads, shows every key and default, and every provider."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syncer.config import Settings, load, template
from syncer.config.provider_options import option_names
from syncer.config.toml_schema import (
    DaemonTable,
    DatabaseTable,
    HistoryTable,
    LookbackTable,
    ReportingTable,
    SourceTable,
)
from syncer.providers import PROVIDERS
from tests.support.provider_responses import make_provider
from tests.support.sixth_provider import AcmeRender

TABLES = (DatabaseTable, DaemonTable, ReportingTable, HistoryTable, SourceTable, LookbackTable)


def uncommented() -> str:
    """The template with every setting in force, but the one that replaces others."""
    settings = re.sub(r"^#(?=[\w\[])", "", template(), flags=re.MULTILINE)
    return re.sub(r"^credentials_command", "# credentials_command", settings, flags=re.MULTILINE)


def read(folder: Path, text: str) -> Settings:
    path = folder / "syncer.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_template_loads_as_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, template()).sources == ()


def test_template_loads_with_everything_uncommented(tmp_path: Path) -> None:
    settings = read(tmp_path, uncommented())
    assert [source.provider_name for source in settings.sources] == list(PROVIDERS)


def test_template_shows_the_defaults(tmp_path: Path) -> None:
    shown = read(tmp_path, uncommented())
    first = next(iter(PROVIDERS.values()))
    bare = read(tmp_path, first.example.configuration)
    assert (shown.daemon, shown.reporting, shown.history) == (bare.daemon, bare.reporting, bare.history)
    ours, default = shown.sources[0].unsigned, bare.sources[0].unsigned
    for name in ("poll_every", "sweep_every", "retention", "visibility_lag", "lookback_min", "lookback_max"):
        assert getattr(ours, name) == getattr(default, name)


def test_template_shows_every_key() -> None:
    keys = {key for table in TABLES for key in table.model_fields}
    keys |= {key for each in PROVIDERS.values() for key in option_names(each.options_class)}
    written = set(re.findall(r"^#?(\w+) =", template(), flags=re.MULTILINE)) | {"min", "max"}
    assert written == keys


@pytest.mark.parametrize("name", PROVIDERS)
def test_template_names_the_variables_of_every_provider(name: str) -> None:
    words = re.sub(r"\n# ", " ", template())
    assert make_provider(name).title in words
    for names in make_provider(name).facts.environment:
        assert ", ".join(filter(None, names)) in words


def test_registered_provider_is_in_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROVIDERS, AcmeRender.name, AcmeRender)
    assert template().endswith(
        '#name = "render"\n#provider = "acme_render"\n# "eu" or "us": where the farm is.\n#site = "eu"\n'
    )


def test_lines_are_short_enough_for_an_editor() -> None:
    assert max(map(len, template().splitlines())) <= 115
