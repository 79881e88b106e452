"""Names of time zones: which are valid, and what to write instead of the others."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, available_timezones

from syncer.config.problems import nearest

_ADVICE = '; write one such as "Asia/Shanghai"'
_SHANGHAI = "Asia/Shanghai"
#: Abbreviations. CST is that of China here; the American zones of that abbreviation have their own names.
_ABBREVIATIONS = {
    "z": "UTC",
    "hkt": "Asia/Hong_Kong",
    "sgt": "Asia/Singapore",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "ist": "Asia/Kolkata",
}
#: What else people in China write. IANA names one city for each zone: https://www.iana.org/time-zones
_CHINESE = frozenset(
    {
        *("beijing", "peking", "china", "cst", "cn", "zh", "bjt", "china standard time"),
        *("shenzhen", "guangzhou", "hangzhou", "chengdu", "nanjing", "wuhan"),
        *("北京", "北京时间", "上海", "中国", "中国标准时间", "东八区"),
    }
)
#: `UTC+8`, `GMT+08:00`, `+0800`.
_OFFSET = re.compile(r"(?:utc|gmt|z)?\s*(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?")
#: Files beside the zones that are none, or that differ between machines: Postgres does not have them.
_NO_ZONES = re.compile(r"localtime|posixrules|Factory|(?:posix|right)/.*")


def known_zone(written: str) -> str:
    """The name of a time zone of the IANA list. Raises ValueError, which suggests another one."""
    try:
        ZoneInfo(written)
    except (KeyError, ValueError, OSError):  # unknown; not a name; the name of a folder of zones
        raise ValueError(f"no such time zone{_suggestion(written)}") from None
    if _NO_ZONES.fullmatch(written):
        raise ValueError(f"no such time zone for the database{_suggestion(written)}")
    return written


def _suggestion(written: str) -> str:
    """`; did you mean "Asia/Shanghai"?`, or an example of a zone."""
    word = " ".join(written.casefold().split())
    if word.rpartition("/")[2] in _CHINESE:
        return _did_you_mean(_SHANGHAI)
    if zone := _ABBREVIATIONS.get(word):
        return _did_you_mean(zone)
    if offset := _OFFSET.fullmatch(word):
        return _suggestion_for_offset(offset["sign"], int(offset["hours"]), int(offset["minutes"] or 0))
    zones = {zone for zone in available_timezones() if not _NO_ZONES.fullmatch(zone)}
    name = word.replace(" ", "_").removeprefix("posix/").removeprefix("right/")
    same = [zone for zone in sorted(zones, key=len) if zone.casefold() == name]
    # Of `Tokyo` and `New York` the region is missing.
    same += [zone for zone in sorted(zones) if zone.casefold().rpartition("/")[2] == name]
    if same:
        return _did_you_mean(same[0])
    # Every other abbreviation resembles one, which is as good as any.
    return _ADVICE if len(word) <= 4 else nearest(written, zones) or _ADVICE


def _suggestion_for_offset(sign: str, hours: int, minutes: int) -> str:
    if (sign, hours, minutes) == ("+", 8, 0):
        return _did_you_mean(_SHANGHAI)
    if hours == minutes == 0:
        return _did_you_mean("UTC")
    if minutes or hours > 12:
        return _ADVICE
    # These names have the sign of POSIX, which counts westwards.
    zone = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"
    return f'; write a city such as "Asia/Shanghai", or "{zone}", which is {sign}{hours:02}:00'


def _did_you_mean(zone: str) -> str:
    return f'; did you mean "{zone}"?'
