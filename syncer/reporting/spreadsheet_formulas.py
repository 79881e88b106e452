"""Texts that a spreadsheet would run as a formula when it opens a CSV file.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import re

#: What begins a formula, also in the full width of Chinese and Japanese keyboards.
_BEGINS_FORMULA = re.compile(r"[\s\0\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def escape_formula(text: str) -> str:
    """`text`, after a single quote if a spreadsheet could run it as a formula; a number is unchanged."""
    is_formula = _BEGINS_FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text
