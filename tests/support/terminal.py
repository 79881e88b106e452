"""A fake terminal for tests of drawn output."""

from __future__ import annotations

import io


class FakeTerminal(io.StringIO):
    """A text buffer that claims to be a terminal."""

    def isatty(self) -> bool:
        return True
