"""The answer to each question of docs/queries.md, in its place: counted from the lives, or by hand."""

from __future__ import annotations

from tests.asked import amounts, histories

ANSWERS = [
    amounts.created_by_day,
    amounts.by_weekday,
    amounts.by_hour,
    amounts.busy_kinds,
    amounts.two_weeks,
    amounts.at_the_same_time,
    amounts.failures_by_day,
    amounts.failing_kinds,
    amounts.frequent_errors,
    amounts.not_told,
    amounts.failing_resources,
    amounts.never_made_good,
    amounts.ended_unseen,
    amounts.wait_and_run,
    amounts.slower_by_day,
    amounts.longest_waits,
    amounts.in_time,
    amounts.long_waits_by_hour,
    histories.one_history,
    histories.last_night,
    histories.seconds_in_status,
    histories.ended_and_went_on,
    histories.as_of,
    histories.campaign,
    histories.exit_codes,
    histories.open_now,
    histories.soon_hidden,
    histories.missing,
    histories.reliable_days,
    histories.went_wrong,
]
