"""Test data for dashboards: ninety days of five sources, with rollups."""

from __future__ import annotations

from pathlib import Path

import psycopg

from syncer.storage.read import open_database
from syncer.storage.rollups import refresh

_SCRIPT = Path(__file__).parents[1] / "data" / "ninety_days.sql"


def fill(url: str, *, share: float = 1) -> None:
    """Put `share` of some 1,300 tasks a day into the migrated, empty database at `url`."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('sample.share', %s, true)", (str(share),))
        connection.execute(_SCRIPT.read_bytes())
    with open_database(url) as engine:
        while refresh(engine):
            pass
