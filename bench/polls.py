"""What polling costs: requests a simulated day, held against the fewest that could do.

`python -m bench.polls [--order created-desc] [--minutes 1440]` polls the five simulated lists once a
simulated minute, without sockets, and prints for each the requests made and those that had to be made: the
pages that held something new or changed, one for each list that must be asked, and, for the open tasks that
no list showed, the calls by id or the pages down to the oldest of them, whichever are fewer.
"""

from __future__ import annotations

import argparse
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from syncer.engine import run_stream
from syncer.model import Facts, Mode, Page, Query, Role, Stream
from syncer.planning.run_plan import primary_shows_open
from syncer.ports import Provider
from syncer.providers import PROVIDERS, create_provider
from syncer.records import parse_page
from syncer.simulator import ListOrder, Simulator, SimulatorOptions
from syncer.simulator.http_messages import SimRequest
from tests.support.fakes import FakeStore, Row, make_source

_REGION = "ap-guangzhou"
_SOURCES = {
    "mps-cn": ("tencent_mps", {"site": "cn"}),
    "mps-intl": ("tencent_mps", {"site": "intl"}),
    "tat": ("tencent_tat", {"regions": (_REGION,)}),
    "aiccs": ("alibaba_aiccs", {}),
    "baidu": ("baidu_vod", {}),
}


@dataclass
class Asked:
    """Stands between engine and simulator: no sockets, and every page is looked at."""

    name: str
    provider: Provider
    simulator: Simulator
    store: FakeStore
    counts: Counter[str] = field(default_factory=Counter)
    sought: set[str] = field(default_factory=set)

    def now(self) -> datetime:
        return self.simulator.clock.now()

    def __call__(self, query: Query) -> Page:
        now = self.now()
        request = self.provider.sign(
            self.provider.request(query),
            self.simulator.credentials,
            now,
            uuid.uuid4().hex,
        )
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = SimRequest(request.method, parts.path or "/", parts.query, headers, request.body)
        reply = self.simulator.pipelines[self.name].respond(call, int(now.timestamp() * 1000))
        page = parse_page(self.provider, query, reply.response, observed_at=now)
        self.counts["requests"] += 1
        if query.ids:
            self.counts["by id"] += 1
            self.sought.update(query.ids)
        else:
            self.counts["useful pages"] += self._has_news(page)
        return page

    def settle(self) -> None:
        """Count what the open tasks that were sought in one poll cost at the least."""
        if self.sought:
            facts, rows = self.provider.facts, self.store.rows.values()
            oldest = min(_created(self.store.rows[task_id]) for task_id in self.sought)
            pages = -(-sum(_created(row) >= oldest for row in rows) // facts.page_size)
            self.counts["sought"] += min(-(-len(self.sought) // facts.ids_per_request), pages)
            self.sought.clear()

    def _has_news(self, page: Page) -> bool:
        rows = self.store.rows
        return any(
            (row := rows.get(each.task.task_id)) is None
            or (row.sighting.fingerprint, row.task.is_open) != (each.fingerprint, each.task.is_open)
            for each in page.sightings
        )


def _created(row: Row) -> datetime:
    return row.task.created_at or row.first_seen_at


def lists_to_ask(facts: Facts) -> int:
    """How many lists even an idle poll must ask."""
    return sum(not (listing.role is Role.OPEN and primary_shows_open(facts)) for listing in facts.lists)


def main() -> None:
    """Poll for a simulated day and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--order", default="created-desc", choices=[str(order) for order in ListOrder])
    parser.add_argument("--minutes", type=int, default=1440)
    parser.add_argument("--arrivals", type=float, default=20.0, help="tasks a minute over all lists")
    args = parser.parse_args()
    simulator = Simulator(
        SimulatorOptions(
            backlog=5_000,
            order=ListOrder(args.order),
            arrivals_per_minute=args.arrivals,
            begin_at=datetime(2026, 3, 1, tzinfo=UTC),
            has_rate_limits=False,
        )
    )
    simulator.freeze()
    asked = {name: _asked(name, simulator) for name in _SOURCES}
    for each in asked.values():
        _run(each, Mode.SWEEP)
        each.counts.clear()
    for _ in range(args.minutes):
        simulator.advance(timedelta(minutes=1))
        for each in asked.values():
            _run(each, Mode.POLL)
    _print(asked, args.minutes, args.order)


def _asked(name: str, simulator: Simulator) -> Asked:
    kind, options = _SOURCES[name]
    provider = create_provider(
        kind, endpoint="http://127.0.0.1:9", options=PROVIDERS[kind].options_class(**options)
    )
    return Asked(name, provider, simulator, FakeStore())


def _run(asked: Asked, mode: Mode) -> None:
    facts = asked.provider.facts
    source = make_source(
        name=asked.name,
        retention=facts.retention,
        detail_retention=facts.detail_retention,
        page_size=facts.page_size,
    )
    (region,) = asked.provider.regions or ()
    stream = Stream(source, region)
    report = run_stream(asked.store, asked, stream=stream, facts=facts, wanted=mode)
    asked.settle()
    if report.error:
        raise SystemExit(f"{asked.name}: {report.error}")


def _print(asked: dict[str, Asked], minutes: int, order: str) -> None:
    print(f"{minutes} polls of each list, one a simulated minute, {order}")
    print(f"{'list':10}{'requests':>10}{'needed':>10}{'ratio':>8}   of which by id")
    for name, each in asked.items():
        counts = each.counts
        needed = counts["useful pages"] + counts["sought"] + minutes * lists_to_ask(each.provider.facts)
        ratio = counts["requests"] / needed
        print(f"{name:10}{counts['requests']:>10,}{needed:>10,}{ratio:>8.2f}   {counts['by id']:,}")


if __name__ == "__main__":
    main()
