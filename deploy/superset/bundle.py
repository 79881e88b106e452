"""Builds the zip file that Superset imports.

`python bundle.py syncer.zip --url postgresql://analyst@db.example.org/syncer --time-zone Asia/Shanghai`
writes a zip file for the import of dashboards; Superset then asks for the password. With `--update` the file
is for POST /api/v1/assets/import/, which replaces an earlier import; importing a dashboard again does not
change its charts and datasets.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

#: Colours for sources; they differ from each other and from the dashboards' status colours.
PALETTE = (
    "#1FA8C9",
    "#454E7C",
    "#FF8A5B",
    "#A868B7",
    "#8B6F47",
    "#3CCCCB",
    "#E59EC1",
    "#B8B042",
    "#7FA3FF",
    "#5C5C5C",
)

HERE = Path(__file__).parent / "bundle"

#: The file with the database URL; the API takes the password under this name.
DATABASE = "databases/syncer.yaml"


def main() -> int:
    parser = ArgumentParser(description="Zip the bundle for Superset.")
    parser.add_argument("file", type=Path, help="the zip file to write")
    parser.add_argument("--url", help="the database, as postgresql://ROLE@HOST/NAME")
    parser.add_argument(
        "--time-zone", default="UTC", help="time zone of the instants shown: that of the configuration"
    )
    parser.add_argument(
        "--sources", nargs="*", default=(), metavar="NAME", help="give each of these sources its own colour"
    )
    parser.add_argument("--update", action="store_true", help="for the API that replaces an earlier import")
    args = parser.parse_args()
    packed = zipped(args.url, time_zone=args.time_zone, sources=args.sources, is_update=args.update)
    args.file.write_bytes(packed)
    return 0


def zipped(
    url: str | None = None, *, time_zone: str = "UTC", sources: Sequence[str] = (), is_update: bool = False
) -> bytes:
    """The zip file for the database at `url`, without its password.

    Sessions are in UTC, because Superset would otherwise show each local day as the day before. Therefore the
    datasets convert the instants to `time_zone`. Each of `sources` gets its own colour, because Superset may
    give two of them the same colour.
    """
    kind, zone = ("assets" if is_update else "Dashboard"), ZoneInfo(time_zone).key
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _texts():
            if name == "metadata.yaml":
                text = _with(text, "type", kind)
            if name == DATABASE and url:
                text = _with(text, "sqlalchemy_uri", _masked(url))
            if name.startswith("dashboards/"):
                text = text.replace("  label_colors:\n", f"  label_colors:\n{_colours(sources)}")
            text = text.replace("AT TIME ZONE 'UTC'", f"AT TIME ZONE '{zone}'")
            archive.writestr(f"syncer/{name}", text)
    return packed.getvalue()


def password(url: str) -> str:
    """The password in `url`; empty without one."""
    return unquote(urlsplit(url).password or "")


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted(HERE.rglob("*.yaml")):
        yield path.relative_to(HERE).as_posix(), path.read_text("utf-8")


def _with(text: str, key: str, value: str) -> str:
    return re.sub(rf"(?m)^{key}: .*$", lambda _: f"{key}: {value}", text)


def _colours(sources: Sequence[str]) -> str:
    pairs = zip(sources, cycle(PALETTE), strict=False)
    return "".join(f"    {json.dumps(name)}: '{colour}'\n" for name, colour in pairs)


def _masked(url: str) -> str:
    """`url` with Superset's driver, and with the mask that Superset replaces by the password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(("postgresql+psycopg2", f"{parts.username or ''}:XXXXXXXXXX@{host}", *parts[2:]))


if __name__ == "__main__":
    raise SystemExit(main())
