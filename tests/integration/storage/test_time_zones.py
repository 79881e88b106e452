"""A time zone that Python knows and the server does not is refused before it is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from syncer.errors import ConfigurationError
from syncer.storage import PgStore
from syncer.storage.roles import describe_bi_role
from syncer.storage.time_zones import check_time_zone
from tests.integration.storage.conftest import Look

UNKNOWN = 'reporting.time_zone: the Postgres server does not know the time zone "Mars/Base"'


def test_unknown_zone_is_not_stored(pg: PgStore, look: Look) -> None:
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        pg.configure("Mars/Base")
    assert look("SELECT time_zone FROM reporting.settings") == [{"time_zone": "UTC"}]
    pg.configure("Asia/Shanghai")
    assert look("SELECT time_zone FROM reporting.settings") == [{"time_zone": "Asia/Shanghai"}]


def test_unknown_zone_is_found_by_every_check(engine: Engine) -> None:
    check_time_zone(engine, "Etc/GMT-9")
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        check_time_zone(engine, "Mars/Base")
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        describe_bi_role(engine, "team", time_zone="Mars/Base", statement_timeout=timedelta(minutes=1))
