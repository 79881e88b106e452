"""A demo's folder: what it remembers, and what it keeps its hands off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from syncer.demo import LONGEST, FolderState, demo_environment
from syncer.embedded.file_locks import lock_file
from syncer.errors import ConfigurationError, StoreUnavailable

NOW = datetime.now(UTC)


def test_demo_serves_five_lists_that_its_configuration_names(tmp_path: Path) -> None:
    with demo_environment(tmp_path / "demo", NOW) as scene:
        assert [source.name for source in scene.settings.sources] == [
            "mps-cn",
            "mps-intl",
            "tat",
            "aiccs",
            "baidu",
        ]
        assert scene.settings.database.data_dir == tmp_path / "demo"
        answer = requests.get(f"{scene.simulator.endpoints['baidu']}/v2/tasks", timeout=10)
        assert answer.status_code in (400, 403)


def test_demo_goes_on_with_its_world(tmp_path: Path) -> None:
    with demo_environment(tmp_path, NOW) as first:
        assert first.past is FolderState.NONE
    with demo_environment(tmp_path, NOW + timedelta(hours=1)) as second:
        assert (second.past, second.state) == (FolderState.SAME, first.state)
        assert second.simulator.clock.now() >= NOW + timedelta(hours=1)


def test_demo_begins_anew_when_its_world_is_over(tmp_path: Path) -> None:
    with demo_environment(tmp_path, NOW) as first:
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "db").touch()
    with demo_environment(tmp_path, NOW + LONGEST) as second:
        assert (second.past, second.state != first.state) == (FolderState.OVER, True)
        assert not (tmp_path / "postgres").exists()


def test_demo_keeps_out_of_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(ConfigurationError, match="holds something else"), demo_environment(tmp_path, NOW):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["postgres"]


def test_demo_is_for_one_demo_at_a_time(tmp_path: Path) -> None:
    with (
        lock_file(tmp_path / "demo.lock", seconds=1, what="nobody"),
        pytest.raises(StoreUnavailable, match="another demo in this folder"),
        demo_environment(tmp_path, NOW),
    ):
        pass


def test_demo_says_where_it_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigurationError, match="no demo can be kept in"),
        demo_environment(tmp_path / "file" / "demo", NOW),
    ):
        pass
