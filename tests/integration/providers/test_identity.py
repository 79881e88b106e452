"""The account of temporary keys: what the simulated vendors name, and what the user is told otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from syncer.app import ConfiguredSource, configured_sources
from syncer.app.account_lookup import FAILURE_KEPT
from syncer.app.clock import SystemClock
from syncer.config import load
from syncer.errors import ConfigurationError, CredentialsError, Retryable
from syncer.simulator import Simulator, config_toml
from syncer.simulator.simulator_options import DEFAULT_CREDENTIALS
from syncer.storage.write.source_registry import reject_duplicate_sources
from tests.support.clocks import FakeClock
from tests.support.simulator_calls import frozen_simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator that accepts only a session token."""
    credentials = replace(DEFAULT_CREDENTIALS, session_token="token")
    with frozen_simulator(seed=3, backlog=10, credentials=credentials) as simulator:
        yield simulator


@pytest.fixture
def clock(simulator: Simulator) -> FakeClock:
    return FakeClock(simulator.clock.now())


def sources_of(text: str, folder: Path, clock: FakeClock) -> list[ConfiguredSource]:
    """The sources of a process that has just been started with this configuration."""
    path = folder / "syncer.toml"
    path.write_text(text, "utf-8")
    return configured_sources(load(path), cast(SystemClock, clock))


def table_of(simulator: Simulator, name: str) -> str:
    """The table of one source."""
    _, *tables = config_toml(simulator).split("[[sources]]\n")
    return "[[sources]]\n" + next(table for table in tables if f'name = "{name}"' in table)


def test_account_survives_a_new_token_and_a_new_name(
    simulator: Simulator, tmp_path: Path, clock: FakeClock
) -> None:
    before = [each.source for each in sources_of(config_toml(simulator), tmp_path, clock)]
    simulator.rotate_session_token()
    text = config_toml(simulator).replace('name = "', 'name = "new-')
    after = [each.source for each in sources_of(text, tmp_path, clock)]
    assert [each.account for each in after] == [each.account for each in before]
    assert {each.account for each in before if each.name != "baidu"} == {
        simulator.pipelines["aiccs"].api.context.accepted_credentials.account
    }
    assert not any(each.key_hash for each in before)


def test_two_sources_of_one_account_are_noticed(
    simulator: Simulator, tmp_path: Path, clock: FakeClock
) -> None:
    table = table_of(simulator, "aiccs")
    text = table + table.replace('"aiccs"', '"twin"', 1)
    with pytest.raises(ConfigurationError, match="aiccs and twin read the same list"):
        reject_duplicate_sources([each.source for each in sources_of(text, tmp_path, clock)])


@pytest.mark.parametrize("name", ["mps-intl", "aiccs"])
def test_account_is_asked_for_again_after_an_outage(
    simulator: Simulator, tmp_path: Path, clock: FakeClock, name: str
) -> None:
    (source,) = sources_of(table_of(simulator, name), tmp_path, clock)
    simulator.set_faults(name, down=True)
    with pytest.raises(Retryable, match="or write `account`"):
        source.streams()
    simulator.set_faults(name, down=False)
    clock.sleep(2 * FAILURE_KEPT)
    assert source.streams()[0].source.account.isdigit()
    source.close()


def test_configured_account_and_permanent_key_need_no_call(
    simulator: Simulator, tmp_path: Path, clock: FakeClock
) -> None:
    table = table_of(simulator, "aiccs")
    permanent = "".join(line for line in table.splitlines(True) if not line.startswith("session_token"))
    for text, account in ((f'{table}account = "calls"\n', "calls"), (permanent, "AKID***0000")):
        (source,) = sources_of(text, tmp_path, clock)
        assert source.source.account == account
    assert simulator.requests()["aiccs"]["actions"] == {}


def test_denied_call_says_what_to_do(simulator: Simulator, tmp_path: Path, clock: FakeClock) -> None:
    (source,) = sources_of(table_of(simulator, "mps-cn"), tmp_path, clock)
    simulator.set_faults("mps-cn", denied=True)
    with pytest.raises(CredentialsError, match="the action sts:GetCallerIdentity, or write `account`"):
        _ = source.source


def test_endpoint_without_the_call_needs_the_account(
    simulator: Simulator, tmp_path: Path, clock: FakeClock
) -> None:
    text = table_of(simulator, "mps-cn").replace(simulator.endpoints["mps-cn"], simulator.endpoints["baidu"])
    (source,) = sources_of(text, tmp_path, clock)
    with pytest.raises(ConfigurationError, match="mps-cn: a session token needs `account`; write account ="):
        _ = source.source
