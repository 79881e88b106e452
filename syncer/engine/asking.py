"""Asks for the pages of one scan; a page that keeps failing is asked for in smaller parts."""

from __future__ import annotations

from syncer.engine.route import Route
from syncer.errors import CursorRefused, PageRefused, Retryable, Throttled
from syncer.model import Page
from syncer.planning.scans import Scan
from syncer.ports import Fetch

#: An answer without the vendor's own words may come from a gateway that gave up on a large page, or from an
#: outage, in which every try takes long: so there are few.
_STEEP = 8


class Asker:
    """The pages of one scan, one by one. `limit` shrinks where page numbers must keep their meaning."""

    def __init__(self, fetch: Fetch, scan: Scan, route: Route) -> None:
        self.fetch, self.scan, self.route = fetch, scan, route
        self.limit = route.page_size
        self._has_answered = False
        self._rows = 0

    def ask(self, cursor: str | None) -> Page:
        """The page at `cursor`. Raises what remains after asking for less and less, and says where it was."""
        limit = self.limit
        while True:
            try:
                page = self.fetch(self.scan.query(self.route.region, cursor, limit))
            except (PageRefused, Retryable) as error:
                limit = self._smaller(limit, error)
                if self._counts_pages:
                    self.limit = limit
                    raise CursorRefused(f"{self.scan.name}: a page number means another page now") from error
            else:
                self._has_answered = True
                self._rows += len(page.sightings)
                return page

    def _smaller(self, limit: int, error: PageRefused | Retryable) -> int:
        """How much less to ask for. Raises `error` where less would not help."""
        if limit == 1 or not self._may_be_the_page(error):
            if self._has_answered:
                error.message = f"{self.scan.name}, after {self._rows} rows: {error.message}"
            raise error
        is_the_vendors = isinstance(error, PageRefused) or error.code
        return max(1, limit // (2 if is_the_vendors else _STEEP))

    def _may_be_the_page(self, error: PageRefused | Retryable) -> bool:
        """Whether a smaller page might be answered: others were, and nobody asked for patience."""
        if isinstance(error, PageRefused):
            return True
        return self._has_answered and not isinstance(error, Throttled)

    @property
    def _counts_pages(self) -> bool:
        """Whether cursors are page numbers, which mean something else for every page size."""
        return not self.route.facts.has_lasting_cursors and not self.route.facts.overlap
