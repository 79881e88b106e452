"""Every provider has a page that the READMEs link and that states its configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syncer.config import load
from syncer.config.provider_options import option_names
from syncer.providers import PROVIDERS
from tests.support.provider_responses import make_provider
from tests.unit.docs.pages import CHINESE, ENGLISH, ROOT, blocks

NAMES = pytest.mark.parametrize("name", PROVIDERS)


def page_of(name: str) -> Path:
    return ROOT / "docs" / "providers" / f"{name}.md"


@NAMES
def test_provider_has_a_page_that_the_readmes_link(name: str) -> None:
    assert page_of(name).read_text("utf-8").startswith(f"# {name}: ")
    for readme in (ENGLISH, CHINESE):
        assert f"(docs/providers/{name}.md)" in readme.read_text("utf-8")


@NAMES
def test_example_on_the_page_loads_and_shows_every_option(name: str, tmp_path: Path) -> None:
    [example] = blocks(page_of(name), "toml")
    path = tmp_path / "syncer.toml"
    path.write_text(example, "utf-8")
    assert [source.provider_name for source in load(path).sources] == [name]
    assert set(option_names(PROVIDERS[name].options_class)) <= set(re.findall(r"^(\w+) = ", example, re.M))


@NAMES
def test_page_names_the_environment_variables(name: str) -> None:
    page = page_of(name).read_text("utf-8")
    variables = {each for names in make_provider(name).facts.environment for each in names if each}
    assert all(f"`{each}`" in page for each in variables)
