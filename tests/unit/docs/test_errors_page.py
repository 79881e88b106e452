"""docs/errors.md names every exit code, and error classes that exist."""

from __future__ import annotations

import re

from syncer import cli, errors
from tests.unit.docs.pages import ROOT

PAGE = (ROOT / "docs" / "errors.md").read_text("utf-8")
#: Classes that no user meets: parts of others, and the signal to stop.
_INTERNAL = {"CursorRefused", "FilterRefused", "LoginRefused", "NonceRefused", "PageRefused", "Stopped"}


def test_page_has_every_exit_code() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.M)}
    assert codes == {cli.DONE, cli.FAILED, cli.MISCONFIGURED, cli.INTERRUPTED}


def test_page_has_every_class_of_errors() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M))
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.SyncerError) and name != "SyncerError"
    }
    assert named == classes - _INTERNAL
