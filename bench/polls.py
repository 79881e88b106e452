"""Cost of polling: requests in a simulated day, compared with the fewest that were necessary.

`python -m bench.polls [--order created-desc] [--minutes 1440]` polls all simulated lists once a simulated
minute, without sockets. It prints for each source the requests made and the necessary ones: the pages with
new or changed tasks, one page of each list that every poll must read, and, for the open tasks that no list
showed, the calls by id or the pages down to the oldest of them, whichever are fewer.
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
from syncer.records import parse_page
from syncer.simulator import LISTS, ListOrder, Simulator, SimulatorOptions
from syncer.simulator.http_messages import SimRequest
from tests.support.fake_store import FakeStore, Row
from tests.support.fakes import make_source
from tests.support.simulator_calls import provider_for

#: The provider needs one; no request is sent to it.
_ENDPOINT = "http://127.0.0.1:9"


@dataclass
class CountingFetch:
    """Reads pages from the simulator without sockets, and counts the requests and the necessary ones."""

    name: str
    provider: Provider
    simulator: Simulator
    store: FakeStore
    counts: Counter[str] = field(default_factory=Counter)
    #: Ids requested one by one in the present poll.
    requested_ids: set[str] = field(default_factory=set)

    def now(self) -> datetime:
        return self.simulator.clock.now()

    def __call__(self, query: Query) -> Page:
        now = self.now()
        request = self._signed(query, now)
        response = self.simulator.pipelines[self.name].respond(request, int(now.timestamp() * 1000)).response
        page = parse_page(self.provider, query, response, observed_at=now)
        self.counts["requests"] += 1
        if query.ids:
            self.counts["by id"] += 1
            self.requested_ids.update(query.ids)
        else:
            self.counts["pages with news"] += self._has_news(page)
        return page

    def end_poll(self) -> None:
        """Count the fewest requests that would have read the open tasks requested by id."""
        if self.requested_ids:
            facts, rows = self.provider.facts, self.store.rows.values()
            oldest = min(_created(self.store.rows[task_id]) for task_id in self.requested_ids)
            pages = -(-sum(_created(row) >= oldest for row in rows) // facts.page_size)
            self.counts["necessary by id"] += min(-(-len(self.requested_ids) // facts.ids_per_request), pages)
            self.requested_ids.clear()

    def _signed(self, query: Query, now: datetime) -> SimRequest:
        request = self.provider.sign(
            self.provider.request(query), self.simulator.credentials, now, uuid.uuid4().hex
        )
        url = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        return SimRequest(request.method, url.path or "/", url.query, headers, request.body)

    def _has_news(self, page: Page) -> bool:
        """Whether the page shows a task that is new or changed."""
        rows = self.store.rows
        return any(
            (row := rows.get(sighting.task.task_id)) is None
            or (row.sighting.fingerprint, row.task.is_open) != (sighting.fingerprint, sighting.task.is_open)
            for sighting in page.sightings
        )


def _created(row: Row) -> datetime:
    return row.task.created_at or row.first_seen_at


def lists_in_every_poll(facts: Facts) -> int:
    """How many lists a poll without news must read."""
    return sum(not (listing.role is Role.OPEN and primary_shows_open(facts)) for listing in facts.lists)


def main() -> None:
    """Poll for a simulated day and print the requests."""
    parser = argparse.ArgumentParser(
        "python -m bench.polls", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
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
    fetches = {
        name: CountingFetch(name, provider_for(name, endpoint=_ENDPOINT), simulator, FakeStore())
        for name in LISTS
    }
    for fetch in fetches.values():
        _run(fetch, Mode.SWEEP)
        fetch.counts.clear()
    for _ in range(args.minutes):
        simulator.advance(timedelta(minutes=1))
        for fetch in fetches.values():
            _run(fetch, Mode.POLL)
    _print(fetches, args.minutes, args.order)


def _run(fetch: CountingFetch, mode: Mode) -> None:
    """Run a poll or a sweep; exit the program if it fails."""
    facts = fetch.provider.facts
    source = make_source(
        name=fetch.name,
        retention=facts.retention,
        detail_retention=facts.detail_retention,
        page_size=facts.page_size,
    )
    (region,) = fetch.provider.regions or ()
    stream = Stream(source, region)
    report = run_stream(fetch.store, fetch, stream=stream, facts=facts, wanted=mode)
    fetch.end_poll()
    if report.error:
        raise SystemExit(f"{fetch.name}: {report.error}")


def _print(fetches: dict[str, CountingFetch], minutes: int, order: str) -> None:
    print(f"{minutes} polls of each list, one a simulated minute, {order}")
    print(f"{'list':10}{'requests':>10}{'needed':>10}{'ratio':>8}   of which by id")
    for name, fetch in fetches.items():
        counts = fetch.counts
        needed = (
            counts["pages with news"]
            + counts["necessary by id"]
            + minutes * lists_in_every_poll(fetch.provider.facts)
        )
        ratio = counts["requests"] / needed
        print(f"{name:10}{counts['requests']:>10,}{needed:>10,}{ratio:>8.2f}   {counts['by id']:,}")


if __name__ == "__main__":
    main()
