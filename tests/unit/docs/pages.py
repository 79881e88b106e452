"""The pages of the documentation, and their code blocks."""

from __future__ import annotations

import re
from pathlib import Path

import syncer

ROOT = Path(syncer.__file__).parent.parent
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
PAGES = sorted([ENGLISH, CHINESE, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of `page` in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)


def lines_of_code(shell: str) -> list[str]:
    """The lines of a code block without their comments."""
    return [line.partition(" #")[0].rstrip() for line in shell.splitlines()]


def anchors(page: Path) -> set[str]:
    """The names of the headings of `page` in links."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
