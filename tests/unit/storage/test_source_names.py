"""Names of sources that a user typed."""

from __future__ import annotations

import pytest

from syncer.errors import ConfigurationError
from syncer.storage.source_names import check_source_names


def test_known_names_pass() -> None:
    check_source_names([], [])
    check_source_names(["tat", "tat"], ["tat", "vod"])


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="no source is called tap, vid; there are tat, vod"):
        check_source_names(["vid", "tat", "tap"], ["tat", "vod"])


def test_unknown_name_where_nothing_was_read_says_what_to_type() -> None:
    with pytest.raises(ConfigurationError, match="there are none yet: type `syncer sync` or `syncer run`"):
        check_source_names(["tat"], [])
