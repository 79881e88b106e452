"""Whether the filter that tells failed tasks from others can be believed.

An API may reject an undocumented filter, or ignore it: then every task would look failed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from syncer.model import OutcomeFilter

#: A filter that proved useless is tried again after this long.
RETRY_AFTER = timedelta(days=1)
#: So many members, all of them failed, look like a filter that was ignored.
ENOUGH_MEMBERS = 10


def is_worth_asking(verdict: OutcomeFilter, since: datetime | None, now: datetime) -> bool:
    """Whether the filtered list should be read at `now`."""
    if verdict in (OutcomeFilter.TRUSTED, OutcomeFilter.UNPROVEN) or since is None:
        return True
    return now - since >= RETRY_AFTER


def judge_filter(
    before: OutcomeFilter, *, members: int, failed: int, contradicts: bool = False
) -> OutcomeFilter:
    """What to think of the filter after it showed `failed` of `members` tasks.

    `members` are only those that the filtered list had to show if they failed. Only a proper, non-empty
    subset proves the filter: nothing at all might be a filter that matches nothing. It `contradicts` if it
    shows tasks that are known to have succeeded.
    """
    if 0 < failed < members:
        return OutcomeFilter.TRUSTED
    if failed == members and (contradicts or members >= ENOUGH_MEMBERS):
        return OutcomeFilter.IGNORED
    return before
