"""Artifacts of a failed scenario: the database's tables and the ground truth, as JSON files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import LiteralString

from syncer.simulator import LIST_NAMES
from tests.soak.driver import Driver

_TABLES: tuple[LiteralString, ...] = ("sources", "streams", "runs", "tasks", "task_versions")


def save_artifacts(driver: Driver, folder: Path) -> None:
    """Write each table and the ground truth into `folder`, as a JSON file each."""
    for table in _TABLES:
        _write(folder / f"{table}.json", driver.database.rows("select * from sync." + table))
    truth = {name: [asdict(task) for task in driver.simulator.true_tasks(name)] for name in LIST_NAMES}
    _write(folder / "truth.json", {"now": driver.simulator.clock.now(), "lists": truth})


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, default=str, indent=1), "utf-8")
