"""Fetches tasks by id; a call that the API refuses is repeated for halves of its ids."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from syncer.engine.scan_results import ScanResults
from syncer.errors import PageRefused, ProtocolError, Retryable
from syncer.model import Page, Query
from syncer.ports import Fetch

log = logging.getLogger(__name__)

#: After so many failed calls by id in one run, the other ids are left for the next run.
MAX_ERRORS = 3


class IdFetcher:
    """The pages that answer calls by id. Errors of single calls are added to `results`."""

    def __init__(self, fetch: Fetch, region: str, ids_per_request: int, results: ScanResults) -> None:
        self._fetch, self._region, self._results = fetch, region, results
        self._ids_per_request = ids_per_request

    def pages(self, ids: Sequence[str]) -> Iterator[Page]:
        """Fetch the tasks `ids`, as many in a call as the API takes; yield the pages."""
        errors = 0
        for start in range(0, len(ids), self._ids_per_request or 1):
            try:
                yield from self._pages_of_call(tuple(ids[start : start + self._ids_per_request]))
            except (ProtocolError, Retryable) as error:
                self._results.errors.append(error)
                errors += 1
                if errors == MAX_ERRORS:
                    return

    def _pages_of_call(self, ids: tuple[str, ...]) -> Iterator[Page]:
        """Fetch `ids` in one call, or in halves where the API refuses one of them."""
        try:
            page = self._fetch(Query(region=self._region, ids=ids, limit=len(ids)))
        except PageRefused as error:
            if len(ids) == 1:
                # Only a list can show it now, or it is lost with its window.
                log.warning("task.refused", extra={"task_id": ids[0], "error": str(error)})
                return
            middle = len(ids) // 2
            yield from self._pages_of_call(ids[:middle])
            yield from self._pages_of_call(ids[middle:])
        else:
            self._check_total(page)
            yield page

    def _check_total(self, page: Page) -> None:
        """Add an error if the page has fewer rows than its total: a task that it leaves out may exist."""
        # A page may show a row twice.
        shown = {sighting.task.task_id for sighting in page.sightings}
        if page.total is not None and page.total > len(shown) + len(page.rejected):
            self._results.errors.append(
                ProtocolError(
                    f"asked by id, the API counted {page.total} tasks and showed {len(shown)}",
                    request_id=page.request_id,
                )
            )
