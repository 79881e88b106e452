"""The environment of a demo: its simulator, its configuration, and the folders that it refuses."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from syncer.demo import MAX_AGE, FolderState, demo_environment
from syncer.embedded.file_locks import exclusive_lock
from syncer.errors import ConfigurationError, StoreUnavailable

NOW = datetime.now(UTC)


def test_demo_serves_the_five_lists_of_its_configuration(tmp_path: Path) -> None:
    with demo_environment(tmp_path / "demo", NOW) as demo:
        names = [source.name for source in demo.settings.sources]
        assert names == ["mps-cn", "mps-intl", "tat", "aiccs", "baidu"]
        assert demo.settings.database.data_dir == tmp_path / "demo"
        response = requests.get(f"{demo.simulator.endpoints['baidu']}/v2/tasks", timeout=10)
        assert response.status_code in (400, 403)


def test_second_demo_continues_the_first(tmp_path: Path) -> None:
    with demo_environment(tmp_path, NOW) as first:
        assert first.folder_state is FolderState.NEW
    with demo_environment(tmp_path, NOW + timedelta(hours=1)) as second:
        assert (second.folder_state, second.state) == (FolderState.CONTINUED, first.state)
        assert second.simulator.clock.now() >= NOW + timedelta(hours=1)


def test_expired_demo_is_removed_and_a_new_one_starts(tmp_path: Path) -> None:
    with demo_environment(tmp_path, NOW) as first:
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "db").touch()
    with demo_environment(tmp_path, NOW + MAX_AGE) as second:
        assert (second.folder_state, second.state != first.state) == (FolderState.EXPIRED, True)
        assert not (tmp_path / "postgres").exists()


def test_folder_with_other_files_is_refused_and_stays_unchanged(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(ConfigurationError, match="holds other files"), demo_environment(tmp_path, NOW):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["postgres"]


def test_folder_of_a_running_demo_is_refused(tmp_path: Path) -> None:
    with (
        exclusive_lock(tmp_path / "demo.lock", timeout_seconds=1, waiting_for="the test"),
        pytest.raises(
            StoreUnavailable,
            match=rf"another demo .*--data-dir .*locked by process {os.getpid()}",
        ),
        demo_environment(tmp_path, NOW),
    ):
        pass


def test_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigurationError, match="no demo can be kept in"),
        demo_environment(tmp_path / "file" / "demo", NOW),
    ):
        pass
