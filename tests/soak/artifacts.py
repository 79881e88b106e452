"""Keeps what a world that failed has left behind, so that it can be looked into."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import LiteralString

from syncer.simulator import LIST_NAMES
from tests.soak.driver import Driver

_TABLES: tuple[LiteralString, ...] = ("sources", "streams", "runs", "tasks", "task_versions")


def keep_evidence(driver: Driver, folder: Path) -> None:
    """Write the tables, and what the lists have really shown, into `folder`, a JSON file each."""
    for table in _TABLES:
        _write(folder / f"{table}.json", driver.ledger.rows("select * from sync." + table))
    truth = {name: [asdict(task) for task in driver.remote.true_tasks(name)] for name in LIST_NAMES}
    _write(folder / "truth.json", {"now": driver.remote.clock.now(), "lists": truth})


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, default=str, indent=1), "utf-8")
