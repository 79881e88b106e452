"""Import the bundle, open each chart, fetch its rows, and take screenshots of the dashboards."""

from __future__ import annotations

import signal
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import bundle
import psycopg2
from selenium.common.exceptions import TimeoutException
from trial.api import Superset, SupersetError
from trial.browser import Browser, logged_in
from trial.server import Access, running


def main() -> int:
    parser = ArgumentParser(prog="trial")
    parser.add_argument("url")
    parser.add_argument("--time-zone", required=True)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--serve", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="syncer-superset-") as folder:
        (home := Path(folder, "superset")).mkdir()
        (profile := Path(folder, "browser")).mkdir()
        with running(home) as access:
            failures = _try(args, access, profile)
            if args.serve:
                print(f"{access.address} runs until Ctrl-C: log in as {access.name}, {access.password}")
                signal.sigwait({signal.SIGINT, signal.SIGTERM})
    for failure in failures:
        print(f"FAILED  {failure}")
    return int(bool(failures))


def _try(args: Namespace, access: Access, profile: Path) -> list[str]:
    """The failures; empty if all charts have rows and no errors."""
    superset = Superset(access.address, access.name, access.password)
    _import(superset, args.url, args.time_zone)
    with logged_in(access.address, access.name, access.password, profile=profile) as browser:
        failures = list(_check_charts(superset, browser))
        for board in superset.list_all("dashboard"):
            slug, charts = board["slug"], superset.count_charts(board["id"])
            picture = (args.pictures or profile) / f"superset-{slug.removeprefix('syncer-')}.png"
            browser.take_screenshot(slug, charts, picture)
            failures += [f"{board['dashboard_title']}: {text}" for text in browser.errors()]
            print(f"{slug}: {charts} charts" + (f", see {picture}" if args.pictures else ""), flush=True)
    return failures


def _import(superset: Superset, url: str, time_zone: str) -> None:
    """Import the bundle as a dashboard, then as an update."""
    sources, passwords = _sources(url), {bundle.DATABASE: bundle.password(url)}
    packed = bundle.zipped(url, time_zone=time_zone, sources=sources)
    superset.import_zip(packed, kind="dashboard", passwords=passwords)
    packed = bundle.zipped(url, time_zone=time_zone, sources=sources, is_update=True)
    superset.import_zip(packed, kind="assets", passwords=passwords)


def _sources(url: str) -> list[str]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT source FROM reporting.sources ORDER BY source_key")
        return [name for (name,) in cursor.fetchall()]


def _check_charts(superset: Superset, browser: Browser) -> Iterator[str]:
    for chart in superset.list_all("chart"):
        try:
            browser.open_chart(chart["id"])
            rows = superset.rows(chart["id"])
        except (SupersetError, TimeoutException) as error:
            yield f"{chart['slice_name']}: {error}"
            continue
        print(f"{chart['slice_name']}: {', '.join(str(len(part)) for part in rows)} rows", flush=True)
        if not all(rows):
            yield f"{chart['slice_name']}: no rows"
        yield from (f"{chart['slice_name']}: {text}" for text in browser.errors())


if __name__ == "__main__":
    raise SystemExit(main())
