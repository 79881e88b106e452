"""Faults of the network and of the APIs: at the end the database equals the ground truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from syncer.simulator import FailedFilter, Faults, ListOptions, MovedToken
from syncer.simulator.http_messages import SimRequest, SimResponse
from tests.support.ground_truth_check import Tolerance
from tests.support.system_under_test import SystemFactory, SystemUnderTest

#: Every fault of a network and of a vendor at once.
_ALL_FAULTS = Faults(
    throttle_rate=0.03,
    error_rate=0.03,
    gateway_rate=0.03,
    html_rate=0.02,
    cut_rate=0.03,
    reset_rate=0.03,
    slow_rate=0.02,
    slow_seconds=0.2,
)
#: By list: faults of its kind of paging.
_PAGING_FAULTS: Mapping[str, Faults] = {
    "mps-cn": Faults(duplicate_rate=0.1, blank_rate=0.05, repeat_rate=0.03),
    "mps-intl": Faults(expired_cursor_rate=0.03),
    "tat": Faults(duplicate_rate=0.1, blank_rate=0.05, repeat_rate=0.05),
    "aiccs": Faults(page_cap=3, unsuccessful_rate=0.05, duplicate_rate=0.1),
    "baidu": Faults(inclusive_marker=True, expired_cursor_rate=0.03, blank_rate=0.05),
}


def list_options(faults: Mapping[str, Faults], **options: Any) -> dict[str, ListOptions]:
    """By list: options with its faults."""
    return {name: ListOptions(faults=list_faults, **options) for name, list_faults in faults.items()}


def check_sync_of_changing_tasks(
    system: SystemUnderTest,
    tolerance: Tolerance | None = None,
    *,
    condition: Callable[[], bool] = lambda: True,
) -> None:
    """Read changing tasks until `condition` is true; check the database against the ground truth."""
    daemon = system.program.start_daemon()
    system.wait_for_changes(daemon, condition=condition)
    system.freeze_and_sweep(daemon)
    assert daemon.terminate().code == 0
    system.assert_equals_ground_truth(tolerance)


def fired(system: SystemUnderTest, name: str, *faults: str) -> bool:
    """Whether all of these faults have occurred in the list."""
    return system.simulator.faults_fired(name).keys() >= set(faults)


def test_all_faults_lose_nothing(make_system: SystemFactory) -> None:
    system = make_system(arrivals_per_minute=1_200.0, faults=_ALL_FAULTS)
    faults = [f"{fault}_rate" for fault in ("throttle", "error", "gateway", "html", "cut", "reset")]
    check_sync_of_changing_tasks(system, condition=lambda: fired(system, "mps-cn", *faults))


def test_paging_faults_lose_nothing(make_system: SystemFactory) -> None:
    system = make_system(arrivals_per_minute=900.0, lists=list_options(_PAGING_FAULTS, backlog=80))
    system.configure(page_size=8)
    check_sync_of_changing_tasks(
        system,
        condition=lambda: (
            fired(system, "mps-cn", "duplicate_rate", "blank_rate", "repeat_rate")
            and fired(system, "mps-intl", "expired_cursor_rate")
            and fired(system, "tat", "duplicate_rate", "blank_rate", "repeat_rate")
            and fired(system, "aiccs", "page_cap", "unsuccessful_rate", "duplicate_rate")
            and fired(system, "baidu", "inclusive_marker", "expired_cursor_rate", "blank_rate")
        ),
    )


def move_records_of_tokens(system: SystemUnderTest, faults: Mapping[str, str]) -> None:
    """Move all open tasks after a page of them, so that the next token names a record that has moved.

    Once a second at most, until the list's fault in `faults` has occurred.
    """
    moved_at = dict.fromkeys(faults, 0.0)
    for name, fault in faults.items():
        pipeline = system.simulator.pipelines[name]

        def respond(
            request: SimRequest,
            signature_time_ms: int,
            name: str = name,
            fault: str = fault,
            original: Callable[[SimRequest, int], SimResponse] = pipeline.respond,
        ) -> SimResponse:
            response = original(request, signature_time_ms)
            is_due = time.monotonic() - moved_at[name] > 1 and not fired(system, name, fault)
            if (
                is_due
                and b'"FINISH"' not in request.body
                and b'"ScrollToken":""' not in response.response.body
            ):
                moved_at[name] = time.monotonic()
                system.simulator.advance(timedelta(seconds=3))
            return response

        pipeline.respond = respond  # type: ignore[method-assign]


def test_tokens_of_moved_records_lose_nothing(make_system: SystemFactory) -> None:
    faults = {"mps-cn": "moved_token_empty", "mps-intl": "moved_token_refused"}
    scrolled = {
        name: ListOptions(backlog=20, arrivals_per_minute=120.0, faults=Faults(moved_token=moved))
        for name, moved in zip(faults, (MovedToken.EMPTY, MovedToken.REFUSED), strict=True)
    }
    system = make_system(backlog=0, pace=0.01, lists=scrolled)
    # One row per page, so that a record can move between two requests.
    system.configure(lists={name: {"page_size": 1, "requests_per_second": 15} for name in scrolled})
    move_records_of_tokens(system, faults)
    daemon = system.program.start_daemon()
    system.wait_for_changes(
        daemon,
        new=20,
        changed=5,
        condition=lambda: all(fired(system, name, fault) for name, fault in faults.items()),
    )
    assert daemon.terminate().code == 0
    system.configure()
    daemon = system.program.start_daemon()
    system.freeze_and_sweep(daemon)
    assert daemon.terminate().code == 0
    system.assert_equals_ground_truth()


def test_unknown_outcomes_are_not_guessed(make_system: SystemFactory) -> None:
    useless_filters: dict[str, Any] = {
        "mps-cn": Faults(failed_filter=FailedFilter.IGNORED),
        "mps-intl": Faults(failed_filter=FailedFilter.REJECTED),
    }
    system = make_system(
        arrivals_per_minute=1_200.0, lists=list_options(useless_filters), change_after_end_rate=0.5
    )
    check_sync_of_changing_tasks(system, Tolerance(unknown_outcomes=frozenset(useless_filters)))
    filters = system.database.rows(
        "select s.name, t.outcome_filter from sync.streams t join sync.sources s using (source_id)"
        " where s.provider = 'tencent_mps'"
    )
    assert {row["name"]: row["outcome_filter"] for row in filters} == {
        "mps-cn": "ignored",
        "mps-intl": "rejected",
    }


def test_visibility_lag_loses_nothing(make_system: SystemFactory) -> None:
    system = make_system(arrivals_per_minute=1_200.0, pace=0.1, visibility_lag=timedelta(seconds=2))
    system.configure(visibility_lag="1s", lookback={"min": "500ms"})
    check_sync_of_changing_tasks(system)
