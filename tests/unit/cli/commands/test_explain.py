"""Arguments of `syncer explain`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from syncer.cli.commands.explain import parse_time, time_in_both_zones
from syncer.errors import ConfigurationError

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2026-01-02T03:04:05Z", SHANGHAI, AT),
        ("2026-01-02T11:04:05+08:00", BERLIN, AT),
        ("2026-01-02 11:04:05", SHANGHAI, AT),
        ("2026-01-02", SHANGHAI, datetime(2026, 1, 1, 16, tzinfo=UTC)),
        ("2026-10-25T02:30", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["utc", "offset", "local", "day", "repeated hour"],
)
def test_time_without_offset_is_local(text: str, zone: ZoneInfo, at: datetime) -> None:
    assert parse_time(text, zone) == at
    assert parse_time(text, zone).tzinfo is UTC


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "0001-01-01", ""])
def test_invalid_time_shows_valid_ones(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"write 2026-01-31T12:00:00Z.* for Asia/Shanghai"):
        parse_time(text, SHANGHAI)


def test_time_is_shown_in_utc_and_local_time() -> None:
    assert time_in_both_zones(AT, ZoneInfo("UTC")) == "2026-01-02 03:04:05Z"
    assert time_in_both_zones(AT, SHANGHAI) == "2026-01-02 03:04:05Z (2026-01-02 11:04:05 Asia/Shanghai)"
