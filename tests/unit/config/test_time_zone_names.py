"""Names of time zones: what is refused, and what is suggested instead."""

from __future__ import annotations

import pytest

from syncer.config.time_zones import known_zone

REFUSED = (
    *("Mars/Base", "../etc/passwd", "/etc/localtime", "Asia", "", " ", "EST-5-5"),
    *("localtime", "posixrules", "posix/Asia/Shanghai", "right/Asia/Shanghai", "Factory"),
)
SUGGESTED = {
    "Asia/Shanghai": (
        *(
            "Asia/Beijing",
            "beijing",
            "China/Beijing",
            "China Standard Time",
            "北京",
            "asia/shanghai",
            "Shanghai",
        ),
        *("UTC+8", "utc+08:00", "GMT+8", "+0800", "+8", "CST", "right/Asia/Shanghai", "Asia/Shangai"),
    ),
    "UTC": ("utc", "Utc", "UTC+0", "Z"),
    "Asia/Tokyo": ("Tokyo", "JST"),
    "America/New_York": ("new york", "New_York"),
    "Europe/Berlin": ("Europe/Berln",),
}
ADVICE = {
    "UTC+9": '; write a city such as "Asia/Shanghai", or "Etc/GMT-9", which is +09:00',
    "GMT-3": '; write a city such as "Asia/Shanghai", or "Etc/GMT+3", which is -03:00',
    "UTC+5:30": '; write one such as "Asia/Shanghai"',
    "UTC+24": '; write one such as "Asia/Shanghai"',
    "XST": '; write one such as "Asia/Shanghai"',
}


def problem(written: str) -> str:
    with pytest.raises(ValueError) as error:
        known_zone(written)
    return str(error.value)


@pytest.mark.parametrize("name", ["UTC", "Asia/Shanghai", "PRC", "Etc/GMT-9", "America/Argentina/Ushuaia"])
def test_name_of_the_iana_list_is_valid(name: str) -> None:
    assert known_zone(name) == name


@pytest.mark.parametrize("written", REFUSED)
def test_name_that_the_database_cannot_have_is_refused(written: str) -> None:
    assert problem(written).startswith("no such time zone")
    assert f'"{written}"' not in problem(written)


@pytest.mark.parametrize(
    ("written", "meant"), [(written, zone) for zone, each in SUGGESTED.items() for written in each]
)
def test_zone_that_was_meant_is_suggested(written: str, meant: str) -> None:
    assert problem(written).endswith(f'; did you mean "{meant}"?')


@pytest.mark.parametrize(("written", "advice"), ADVICE.items())
def test_other_offsets_are_explained(written: str, advice: str) -> None:
    assert problem(written) == f"no such time zone{advice}"
