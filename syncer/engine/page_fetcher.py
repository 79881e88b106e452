"""Asks for the pages of one scan; a page that keeps failing is asked for in smaller parts.

Where even a single record cannot be had, it is passed over if its number in the list is known.
"""

from __future__ import annotations

from itertools import takewhile

from syncer.engine.scan_context import ScanContext
from syncer.errors import PageRefused, Retryable, SyncerError, Throttled
from syncer.model import Page
from syncer.planning.scans import Scan
from syncer.ports import Fetch

#: An answer without the vendor's own words may come from a gateway that gave up on a large page, or from an
#: outage, in which every try takes long: so there are few.
_STEEP = 8
#: How many records of one scan may be passed over: a cloud that is broken altogether is none to wait for.
_MOST = 10


class PageFetcher:
    """The pages of one scan, one by one. `limit` shrinks with a page that fails, and grows again behind it.

    Only page numbers must keep their meaning, and so their page size, to the end of the scan.
    """

    def __init__(self, fetch: Fetch, scan: Scan, context: ScanContext) -> None:
        self.fetch, self.scan, self.context = fetch, scan, context
        self.limit = context.page_size
        #: Why each record that was passed over could not be had.
        self.passed_over: list[SyncerError] = []
        self._has_answered = False
        self._rows = 0

    def ask(self, cursor: str | None) -> Page:
        """The page at `cursor`. Raises what remains after asking for less and less, and says where it was."""
        limit = self.limit
        while True:
            try:
                page = self.fetch(self.scan.query(self.context.region, cursor, limit))
            except (PageRefused, Retryable) as error:
                if limit == 1 and self._may_be_passed_over(error):
                    return self._pass_over(cursor, error)
                smaller = self._smaller(limit, error)
                if self.context.facts.counts_pages:
                    cursor = str((self._number(cursor) - 1) * (limit // smaller) + 1)
                limit = smaller
            else:
                self._has_answered = True
                self._rows += len(page.sightings)
                may_grow = limit == self.limit and not self.context.facts.counts_pages
                self.limit = min(2 * limit, self.context.page_size) if may_grow else limit
                return page

    def _smaller(self, limit: int, error: PageRefused | Retryable) -> int:
        """How much less to ask for. Raises `error` where less would not help."""
        if limit == 1 or not self._may_be_the_page(error):
            if self._has_answered:
                error.with_context(f"{self.scan.name}, after {self._rows} rows")
            raise error
        is_the_vendors = isinstance(error, PageRefused) or error.code
        smaller = max(1, limit // (2 if is_the_vendors else _STEEP))
        if self.context.facts.counts_pages:
            # The place must be the beginning of a smaller page, too.
            return next(size for size in range(smaller, 0, -1) if limit % size == 0)
        return smaller

    def _may_be_the_page(self, error: PageRefused | Retryable) -> bool:
        """Whether a smaller page might be answered: others were, and nobody asked for patience."""
        if isinstance(error, PageRefused):
            return True
        return self._has_answered and not isinstance(error, Throttled)

    def _may_be_passed_over(self, error: PageRefused | Retryable) -> bool:
        facts = self.context.facts
        is_numbered = facts.counts_pages or facts.overlap > 0
        return is_numbered and len(self.passed_over) < _MOST and self._may_be_the_page(error)

    def _pass_over(self, cursor: str | None, error: PageRefused | Retryable) -> Page:
        """A page without the record at `cursor`, which could not be had."""
        self.passed_over.append(error.with_context(f"{self.scan.name}, one record after {self._rows} rows"))
        self.limit = 1
        following = str(self._number(cursor) + 1)
        return Page(sightings=(), next_cursor=following, observed_at=self.fetch.now())

    def _number(self, cursor: str | None) -> int:
        """The offset or the page number that `cursor` begins with."""
        return (
            int("".join(takewhile(str.isdigit, cursor))) if cursor else int(self.context.facts.counts_pages)
        )
