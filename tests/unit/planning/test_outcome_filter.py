"""Verdicts on the filter for failed tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.model import OutcomeFilter
from syncer.planning.outcome_filter import judge_filter, should_read_filtered_list
from tests.support.fakes import T0

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("ended", "failed", "verdict"),
    [
        (100, 5, OutcomeFilter.TRUSTED),
        (100, 0, OutcomeFilter.UNPROVEN),
        (3, 3, OutcomeFilter.UNPROVEN),
        (10, 10, OutcomeFilter.IGNORED),
        (0, 0, OutcomeFilter.UNPROVEN),
    ],
)
def test_filter_is_trusted_after_a_proper_subset(ended: int, failed: int, verdict: OutcomeFilter) -> None:
    assert judge_filter(OutcomeFilter.UNPROVEN, ended=ended, failed=failed) is verdict


def test_trusted_filter_stays_trusted_while_no_task_failed() -> None:
    assert judge_filter(OutcomeFilter.TRUSTED, ended=5, failed=0) is OutcomeFilter.TRUSTED


def test_useless_filter_is_retried_daily() -> None:
    assert should_read_filtered_list(OutcomeFilter.UNPROVEN, T0, T0)
    assert should_read_filtered_list(OutcomeFilter.REJECTED, None, T0)
    assert not should_read_filtered_list(OutcomeFilter.IGNORED, T0, T0 + HOUR)
    assert should_read_filtered_list(OutcomeFilter.IGNORED, T0, T0 + DAY)
