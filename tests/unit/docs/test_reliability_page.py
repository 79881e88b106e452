"""docs/reliability.md names only tests and modules that exist."""

from __future__ import annotations

import re

from tests.unit.docs.pages import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")


def test_named_tests_exist() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE))
    assert len(named) > 20
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or f"def {name}(" not in (ROOT / path).read_text("utf-8")
    ]
    assert not missing


def test_mutated_modules_exist() -> None:
    mutated = re.findall(r"^\| \d \| `([\w/]+\.py)`: ", PAGE, re.M)
    assert len(mutated) > 15
    assert not [path for path in mutated if not (ROOT / "syncer" / path).is_file()]
