"""Random worlds read by daemons that are killed again and again: nothing may be lost, doubled or wrong.

`pytest -m soak` lives through as many worlds as `--kills` takes, and prints how to replay one that failed.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.soak.artifacts import keep_evidence
from tests.soak.checker import Checker
from tests.soak.driver import Driver
from tests.soak.figures_report import write_figures
from tests.soak.scenarios import SoakScenario, make_scenario
from tests.soak.simulator_client import started
from tests.soak.totals import Faulty, Totals
from tests.support.analyst_database import open_analyst_database
from tests.support.postgres_servers import Server
from tests.support.program import program_in
from tests.support.simulator_config import syncer_toml

#: So many processes die in a world before it is judged.
_KILLS = 25
#: The worlds of every test run, and the kills in each.
_SMALL = {4: 10, 8: 10}

Say = Callable[[str], None]


class Soak:
    """Lives through worlds, each with a database and a folder of its own."""

    def __init__(self, postgres: Server, template: str, folder: Path) -> None:
        self._postgres, self._template, self._folder = postgres, template, folder

    def live(self, seed: int, kills: int) -> tuple[Totals, Faulty]:
        """What happened in the world of `seed`, and what is not as promised."""
        name = f"soak_{seed}_{time.monotonic_ns()}"
        folder = self._folder / name
        folder.mkdir()
        with self._world(make_scenario(seed), name, folder) as driver:
            driver.live(kills)
            driver.settle()
            faulty = Checker(driver).judge()
            if faulty:
                keep_evidence(driver, folder)
        if not faulty:
            shutil.rmtree(folder)
        return driver.tally, faulty

    @contextmanager
    def _world(self, world: SoakScenario, name: str, folder: Path) -> Iterator[Driver]:
        url = self._postgres.create(name, template=self._template)
        try:
            with (
                started(world.arguments(), folder) as remote,
                program_in(folder) as program,
                open_analyst_database(url) as ledger,
            ):
                program.configure(
                    syncer_toml(remote, url, lease="1s", lists=world.lists(), **world.sources())  # type: ignore[arg-type]
                )
                yield Driver(world, remote, program, ledger)
        finally:
            self._postgres.drop(name)


@pytest.fixture
def soak(postgres: Server, template: str, tmp_path: Path) -> Soak:
    return Soak(postgres, template, tmp_path)


def check_not_vacuous(tally: Totals) -> None:
    """Fail where so little happened that no fault could have shown."""
    assert tally.tasks > 20 * tally.worlds + 10 * tally.kills, tally
    assert tally.moved > 5 * tally.kills, tally
    assert tally.shown > tally.tasks // 4, tally
    assert tally.confirmed > 20 * tally.worlds, tally
    assert tally.faults.total() > tally.kills, tally
    assert tally.kills_amid_runs > tally.kills // 3, tally
    assert tally.kills_amid_transactions > tally.kills // 20, tally


def test_killed_daemons_lose_double_and_invent_nothing(soak: Soak) -> None:
    total = Totals()
    for seed, kills in _SMALL.items():
        tally, faulty = soak.live(seed, kills)
        assert not faulty, f"{faulty}\n{replay(seed, kills)}"
        total.add(tally)
    assert total.kills >= 20
    check_not_vacuous(total)


@pytest.mark.soak
def test_soak(
    soak: Soak, pytestconfig: pytest.Config, capfd: pytest.CaptureFixture[str], postgres: Server
) -> None:
    def say(text: str) -> None:
        with capfd.disabled():
            print(text, flush=True)

    kills, seed = pytestconfig.getoption("--kills"), pytestconfig.getoption("--seed")
    begun = time.monotonic()
    total, failed = live_through(soak, [seed] if seed is not None else count(1), kills, say)
    page = pytestconfig.getoption("--figures")
    if page:
        write_figures(
            Path(page),
            total,
            command=f"pytest -m soak --kills {kills}",
            postgres=version(postgres),
            took=time.monotonic() - begun,
        )
    assert not failed, "\n".join(failed)
    if seed is None:
        check_not_vacuous(total)


def live_through(
    soak: Soak, seeds: Iterator[int] | list[int], kills: int, say: Say
) -> tuple[Totals, list[str]]:
    """The sum over worlds until so many processes were killed, and how to replay those that failed."""
    total, failed = Totals(), []
    for seed in seeds:
        wanted = kills if isinstance(seeds, list) else min(_KILLS, kills - total.kills)
        try:
            tally, faulty = soak.live(seed, wanted)
        except AssertionError as error:
            failed.append(f"{error}\n{replay(seed, wanted)}")
            say(failed[-1])
            total.kills += wanted
            continue
        total.add(tally)
        say(progress(seed, tally, total, kills))
        if faulty:
            failed.append(f"{faulty}\n{replay(seed, wanted)}")
            say(failed[-1])
        if total.kills >= kills:
            break
    return total, failed


def replay(seed: int, kills: int) -> str:
    """The one command that lives through a world again."""
    return f"replay: pytest tests/soak -m soak --seed {seed} --kills {kills}"


def progress(seed: int, tally: Totals, total: Totals, kills: int) -> str:
    return (
        f"world {seed}: {tally.kills} kills, {tally.kills_amid_runs} amid runs, {tally.tasks} tasks, "
        f"{tally.moved} moved, {tally.windows:.1f} windows, {tally.faults.total()} faults, "
        f"{tally.lost}/{tally.duplicated}/{tally.wrong} lost/duplicated/wrong; {total.kills} of {kills}"
    )


def version(postgres: Server) -> str:
    with open_analyst_database(postgres.admin_url) as ledger:
        return str(ledger.value("show server_version")).split()[0]
