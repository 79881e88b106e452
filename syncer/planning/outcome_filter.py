"""Whether the filter for failed tasks can be trusted.

An API may reject an undocumented filter, or ignore it: then every ended task would look failed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from syncer.model import OutcomeFilter

#: A filter that was rejected or ignored is tried again after this time.
RETRY_AFTER = timedelta(days=1)
#: If so many ended tasks all seem to have failed, the filter was ignored.
ENOUGH_ENDED = 10


def should_read_filtered_list(verdict: OutcomeFilter, since: datetime | None, now: datetime) -> bool:
    """Whether the filtered list should be read at `now`."""
    if verdict in (OutcomeFilter.TRUSTED, OutcomeFilter.UNPROVEN) or since is None:
        return True
    return now - since >= RETRY_AFTER


def judge_filter(
    before: OutcomeFilter, *, ended: int, failed: int, contradicts: bool = False
) -> OutcomeFilter:
    """The verdict on the filter after its list showed `failed` of `ended` tasks.

    `ended` counts only the tasks that the filtered list had to show if they failed. Only a proper, non-empty
    subset proves the filter: an empty one may come from a filter that matches nothing. `contradicts` is true
    where the filtered list shows tasks that are known to have succeeded.
    """
    if 0 < failed < ended:
        return OutcomeFilter.TRUSTED
    if failed == ended and (contradicts or ended >= ENOUGH_ENDED):
        return OutcomeFilter.IGNORED
    return before
