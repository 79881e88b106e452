"""The answer to each question of docs/queries.md, in its place: counted from the lives, or by hand."""

from __future__ import annotations

from tests.queries import expected_counts, expected_histories

ANSWERS = [
    expected_counts.created_by_day,
    expected_counts.by_weekday,
    expected_counts.by_hour,
    expected_counts.busy_kinds,
    expected_counts.two_weeks,
    expected_counts.at_the_same_time,
    expected_counts.failures_by_day,
    expected_counts.failing_kinds,
    expected_counts.frequent_errors,
    expected_counts.not_told,
    expected_counts.failing_resources,
    expected_counts.never_made_good,
    expected_counts.ended_unseen,
    expected_counts.wait_and_run,
    expected_counts.slower_by_day,
    expected_counts.longest_waits,
    expected_counts.in_time,
    expected_counts.long_waits_by_hour,
    expected_histories.one_history,
    expected_histories.last_night,
    expected_histories.seconds_in_status,
    expected_histories.ended_and_went_on,
    expected_histories.as_of,
    expected_histories.campaign,
    expected_histories.exit_codes,
    expected_histories.open_now,
    expected_histories.soon_hidden,
    expected_histories.missing,
    expected_histories.reliable_days,
    expected_histories.went_wrong,
]
