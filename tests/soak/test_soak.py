"""Daemons are killed again and again in random scenarios; no task may be lost, duplicated or wrong.

The short soak is one of the checks before a change lands. The long one runs scenarios until `--kills`
processes were killed, and prints how to repeat a failed one.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.soak.artifacts import save_artifacts
from tests.soak.checker import Checker
from tests.soak.driver import Driver
from tests.soak.figures_report import write_figures
from tests.soak.scenarios import SoakScenario, make_scenario
from tests.soak.simulator_client import running_simulator
from tests.soak.totals import Totals, Violations
from tests.support.analyst_database import open_analyst_database
from tests.support.postgres_servers import Server
from tests.support.program import program_in
from tests.support.simulator_config import syncer_toml

#: Processes killed in a scenario before the database is checked.
_KILLS = 25
#: By seed of each scenario of the short soak: its kills.
_SHORT_SOAK = {4: 10, 8: 10}

Print = Callable[[str], None]


class Soak:
    """Runs scenarios, each with its own database and folder."""

    def __init__(self, postgres: Server, template: str, folder: Path) -> None:
        self._postgres, self._template, self._folder = postgres, template, folder

    def run(self, seed: int, kills: int) -> tuple[Totals, Violations]:
        """Run the scenario of `seed`; return its totals and the violations."""
        name = f"soak_{seed}_{time.monotonic_ns()}"
        folder = self._folder / name
        folder.mkdir()
        with self._driver(make_scenario(seed), name, folder) as driver:
            driver.run(kills)
            driver.settle()
            violations = Checker(driver).check()
            if violations:
                save_artifacts(driver, folder)
        if not violations:
            shutil.rmtree(folder)
        return driver.totals, violations

    @contextmanager
    def _driver(self, scenario: SoakScenario, name: str, folder: Path) -> Iterator[Driver]:
        """Start the scenario's simulator; drop its database at the end."""
        url = self._postgres.create(name, template=self._template)
        try:
            with (
                running_simulator(scenario.arguments(), folder) as simulator,
                program_in(folder) as program,
                open_analyst_database(url) as database,
            ):
                text = syncer_toml(simulator, url, lease="1s", lists=scenario.lists(), **scenario.sources())  # type: ignore[arg-type]
                program.configure(text)
                yield Driver(scenario, simulator, program, database)
        finally:
            self._postgres.drop(name)


@pytest.fixture
def soak(postgres: Server, template: str, tmp_path: Path) -> Soak:
    return Soak(postgres, template, tmp_path)


def check_not_vacuous(totals: Totals) -> None:
    """Assert that enough happened for violations to show."""
    assert totals.tasks > 20 * totals.scenarios + 10 * totals.kills, totals
    assert totals.changed > 5 * totals.kills, totals
    assert totals.shown > totals.tasks // 4, totals
    assert totals.confirmed > 20 * totals.scenarios, totals
    assert totals.faults.total() > totals.kills, totals
    assert totals.kills_in_runs > totals.kills // 3, totals
    assert totals.kills_in_transactions > totals.kills // 20, totals


@pytest.mark.soak
def test_killed_daemons_lose_duplicate_and_invent_nothing(soak: Soak) -> None:
    total = Totals()
    for seed, kills in _SHORT_SOAK.items():
        totals, violations = soak.run(seed, kills)
        assert not violations, f"{violations}\n{repeat_command(seed, kills)}"
        total.add(totals)
    assert total.kills >= 20
    check_not_vacuous(total)


@pytest.mark.soak
def test_soak(
    soak: Soak, pytestconfig: pytest.Config, capfd: pytest.CaptureFixture[str], postgres: Server
) -> None:
    def print_now(text: str) -> None:
        with capfd.disabled():
            print(text, flush=True)

    kills, seed = pytestconfig.getoption("--kills"), pytestconfig.getoption("--seed")
    begun = time.monotonic()
    total, failed = run_scenarios(soak, [seed] if seed is not None else count(1), kills, print_now)
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


def run_scenarios(
    soak: Soak, seeds: Iterator[int] | list[int], kills: int, print_now: Print
) -> tuple[Totals, list[str]]:
    """Run scenarios until so many processes were killed; return the totals, and a text for each failure."""
    total, failed = Totals(), []
    for seed in seeds:
        kills_here = kills if isinstance(seeds, list) else min(_KILLS, kills - total.kills)
        try:
            totals, violations = soak.run(seed, kills_here)
        except AssertionError as error:
            failed.append(f"{error}\n{repeat_command(seed, kills_here)}")
            print_now(failed[-1])
            total.kills += kills_here
            continue
        total.add(totals)
        print_now(progress(seed, totals, total, kills))
        if violations:
            failed.append(f"{violations}\n{repeat_command(seed, kills_here)}")
            print_now(failed[-1])
        if total.kills >= kills:
            break
    return total, failed


def repeat_command(seed: int, kills: int) -> str:
    """The command that repeats a scenario."""
    return f"repeat: pytest -m soak tests/soak/test_soak.py::test_soak --seed {seed} --kills {kills}"


def progress(seed: int, totals: Totals, total: Totals, kills: int) -> str:
    """A line about a scenario that has ended."""
    return (
        f"scenario {seed}: {totals.kills} kills, {totals.kills_in_runs} within runs, {totals.tasks} tasks, "
        f"{totals.changed} changed, {totals.retentions:.1f} retentions, {totals.faults.total()} faults, "
        f"{totals.lost}/{totals.duplicated}/{totals.wrong} lost/duplicated/wrong; {total.kills} of {kills}"
    )


def version(postgres: Server) -> str:
    """The version of the Postgres server."""
    with open_analyst_database(postgres.admin_url) as database:
        return str(database.value("show server_version")).split()[0]
