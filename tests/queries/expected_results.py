"""The expected result of each query of docs/queries.md, in its order: computed from the tasks, or by hand."""

from __future__ import annotations

from tests.queries import expected_counts, expected_histories

EXPECTED = [
    expected_counts.created_by_day,
    expected_counts.by_weekday,
    expected_counts.by_hour,
    expected_counts.busy_task_types,
    expected_counts.two_weeks,
    expected_counts.concurrent_tasks,
    expected_counts.failures_by_day,
    expected_counts.failing_task_types,
    expected_counts.frequent_errors,
    expected_counts.unknown_outcomes,
    expected_counts.failing_resources,
    expected_counts.never_repeated_successfully,
    expected_counts.lost_tasks,
    expected_counts.wait_and_run,
    expected_counts.slower_by_day,
    expected_counts.longest_waits,
    expected_counts.within_target,
    expected_counts.long_waits_by_hour,
    expected_histories.one_history,
    expected_histories.last_night,
    expected_histories.seconds_in_status,
    expected_histories.reopened_tasks,
    expected_histories.as_of,
    expected_histories.campaign,
    expected_histories.exit_codes,
    expected_histories.open_now,
    expected_histories.soon_hidden,
    expected_histories.gaps,
    expected_histories.covered_days,
    expected_histories.failed_runs,
]
