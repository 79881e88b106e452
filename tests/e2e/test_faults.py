"""Whatever goes wrong on the way, what is stored at the end is what was true."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from syncer.simulator import FailedFilter, Faults, ListOptions, MovedToken
from tests.support.ground_truth_check import Tolerance
from tests.support.scene import Scene, SceneFactory

#: The worst day of a network and of a vendor, all at once.
_BAD_DAY = Faults(
    throttle_rate=0.03,
    error_rate=0.03,
    gateway_rate=0.03,
    html_rate=0.02,
    cut_rate=0.03,
    reset_rate=0.03,
    slow_rate=0.02,
    slow_seconds=0.2,
)
#: By list: what its own way of paging can do to a reader.
_ODD_PAGES: Mapping[str, Faults] = {
    "mps-cn": Faults(duplicate_rate=0.1, blank_rate=0.05, repeat_rate=0.03),
    "mps-intl": Faults(expired_cursor_rate=0.03),
    "tat": Faults(duplicate_rate=0.1, blank_rate=0.05, repeat_rate=0.05),
    "aiccs": Faults(page_cap=3, unsuccessful_rate=0.05, duplicate_rate=0.1),
    "baidu": Faults(inclusive_marker=True, expired_cursor_rate=0.03, blank_rate=0.05),
}


def of_each(faults: Mapping[str, Faults], **options: Any) -> dict[str, ListOptions]:
    """The options of lists with faults of their own."""
    return {name: ListOptions(faults=own, **options) for name, own in faults.items()}


def read_moving_world(
    scene: Scene, tolerance: Tolerance | None = None, *, met: Callable[[], bool] = lambda: True
) -> None:
    """Read the backlog and a moving world until the faults were met, and check what came of it."""
    daemon = scene.program.daemon()
    scene.watch(daemon, met=met)
    scene.settle(daemon)
    assert daemon.terminate().code == 0
    scene.compare(tolerance)


def fired(scene: Scene, name: str, *faults: str) -> bool:
    """Whether the list has met all of these faults."""
    return scene.simulator.faults_fired(name).keys() >= set(faults)


def test_bad_day_loses_nothing(stage: SceneFactory) -> None:
    scene = stage(arrivals_per_minute=1_200.0, faults=_BAD_DAY)
    bad = [f"{each}_rate" for each in ("throttle", "error", "gateway", "html", "cut", "reset")]
    read_moving_world(scene, met=lambda: fired(scene, "mps-cn", *bad))


def test_odd_pages_lose_nothing(stage: SceneFactory) -> None:
    scene = stage(arrivals_per_minute=900.0, lists=of_each(_ODD_PAGES, backlog=80))
    scene.configure(page_size=8)
    read_moving_world(
        scene,
        met=lambda: (
            fired(scene, "mps-cn", "duplicate_rate", "blank_rate", "repeat_rate")
            and fired(scene, "mps-intl", "expired_cursor_rate")
            and fired(scene, "tat", "duplicate_rate", "blank_rate", "repeat_rate")
            and fired(scene, "aiccs", "page_cap", "unsuccessful_rate", "duplicate_rate")
            and fired(scene, "baidu", "inclusive_marker", "expired_cursor_rate", "blank_rate")
        ),
    )


def test_tokens_whose_record_has_moved_lose_nothing(stage: SceneFactory) -> None:
    scrolls = {
        name: ListOptions(backlog=20, arrivals_per_minute=120.0, faults=Faults(moved_token=moved))
        for name, moved in (("mps-cn", MovedToken.EMPTY), ("mps-intl", MovedToken.REFUSED))
    }
    scene = stage(backlog=0, pace=0.01, lists=scrolls)
    # One row a page and a pause between two: so a record has the time to move while its page is waited for.
    scene.configure(lists={name: {"page_size": 1, "requests_per_second": 15} for name in scrolls})
    daemon = scene.program.daemon()

    def met() -> bool:
        # All open tasks move at once. A daemon on a busy machine must not fall behind the arrivals for ever.
        time.sleep(0.5)
        listed = sum(1 for name in scrolls for _ in scene.simulator.true_tasks(name))
        if listed - scene.ledger.tasks() < 40:
            scene.simulator.advance(timedelta(seconds=3))
        return fired(scene, "mps-cn", "moved_token_empty") and fired(scene, "mps-intl", "moved_token_refused")

    scene.watch(daemon, new=20, moved=5, met=met)
    assert daemon.terminate().code == 0
    scene.configure()
    daemon = scene.program.daemon()
    scene.settle(daemon)
    assert daemon.terminate().code == 0
    scene.compare()


def test_unknown_outcomes_are_not_guessed(stage: SceneFactory) -> None:
    useless: dict[str, Any] = {
        "mps-cn": Faults(failed_filter=FailedFilter.IGNORED),
        "mps-intl": Faults(failed_filter=FailedFilter.REJECTED),
    }
    scene = stage(arrivals_per_minute=1_200.0, lists=of_each(useless), change_after_end_rate=0.5)
    read_moving_world(scene, Tolerance(untold=frozenset(useless)))
    told = scene.ledger.rows(
        "select s.name, t.outcome_filter from sync.streams t join sync.sources s using (source_id)"
        " where s.provider = 'tencent_mps'"
    )
    assert {row["name"]: row["outcome_filter"] for row in told} == {
        "mps-cn": "ignored",
        "mps-intl": "rejected",
    }


def test_late_lists_lose_nothing(stage: SceneFactory) -> None:
    scene = stage(arrivals_per_minute=1_200.0, pace=0.1, visibility_lag=timedelta(seconds=2))
    scene.configure(visibility_lag="1s", lookback={"min": "500ms"})
    read_moving_world(scene)
