"""Fetches the pages of one scan; a page that keeps failing is fetched in smaller parts.

A single record that cannot be fetched is skipped, where the cursor behind it can be computed.
"""

from __future__ import annotations

from syncer.engine.scan_context import ScanContext
from syncer.errors import PageRefused, Retryable, SyncerError, Throttled
from syncer.model import Page
from syncer.planning.scans import Scan
from syncer.ports import Fetch

#: An error without the vendor's code may come from a gateway that gave up on a large page, or from an outage,
#: in which every attempt takes long: so there are few attempts.
_ERROR_DIVISOR = 8
#: How many records of one scan may be skipped: a list that is broken altogether is given up.
_MOST_SKIPPED = 10


class PageFetcher:
    """Fetches the pages of one scan. `limit` shrinks where a page fails, and grows again behind it.

    Where cursors depend on the page size, it stays small to the end of the scan.
    """

    def __init__(self, fetch: Fetch, scan: Scan, context: ScanContext) -> None:
        self.fetch, self.scan, self.context = fetch, scan, context
        self.paging = context.facts.paging
        self.limit = context.page_size
        #: The error of each record that was skipped.
        self.skipped: list[SyncerError] = []
        self._has_answered = False
        self._rows = 0
        self._longest_page = 0

    def fetch_page(self, cursor: str | None) -> Page:
        """Fetch the page at `cursor`, in smaller and smaller parts if it fails; return the first part.

        Raises the error that remains, with the place in the list.
        """
        limit = self.limit
        while True:
            try:
                query = self.scan.query(self.context.region, cursor, limit, longest_page=self._longest_page)
                page = self.fetch(query)
            except (PageRefused, Retryable) as error:
                if limit == 1 and self._may_skip(cursor, error):
                    return self._skip(cursor, error)
                cursor, limit = self.paging.smaller_page(cursor, limit, self._at_most(limit, error))
            else:
                self._has_answered = True
                self._rows += len(page.sightings)
                self._longest_page = max(self._longest_page, len(page.sightings) + len(page.rejected))
                may_grow = limit == self.limit and not self.paging.keeps_page_size
                self.limit = min(2 * limit, self.context.page_size) if may_grow else limit
                return page

    def _at_most(self, limit: int, error: PageRefused | Retryable) -> int:
        """The largest page size to try after `limit` has failed. Raises `error` where less would not help."""
        if limit == 1 or not self._may_be_the_page(error):
            context = f"{self.scan.name}, after {self._rows} rows" if self._has_answered else ""
            raise error.with_context(context) from error.__cause__
        is_the_vendors = isinstance(error, PageRefused) or error.code
        return max(1, limit // (2 if is_the_vendors else _ERROR_DIVISOR))

    def _may_be_the_page(self, error: PageRefused | Retryable) -> bool:
        """Whether a smaller page might be answered: others were, and the API does not throttle."""
        if isinstance(error, PageRefused):
            return True
        return self._has_answered and not isinstance(error, Throttled)

    def _may_skip(self, cursor: str | None, error: PageRefused | Retryable) -> bool:
        has_next = self.paging.after_row(cursor) is not None
        return has_next and len(self.skipped) < _MOST_SKIPPED and self._may_be_the_page(error)

    def _skip(self, cursor: str | None, error: PageRefused | Retryable) -> Page:
        """An empty page in place of the record at `cursor`, which cannot be fetched."""
        self.skipped.append(error.with_context(f"{self.scan.name}, one record after {self._rows} rows"))
        self.limit = 1
        now = self.fetch.now()
        cursor = self.paging.after_row(cursor)
        return Page(sightings=(), next_cursor=cursor, requested_at=now, observed_at=now)
