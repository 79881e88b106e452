"""The bundle in a real Superset, viewed with a real browser. Opt-in: it installs nearly a GB."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from syncer.storage.read import open_database
from syncer.storage.roles import create_bi_role, describe_bi_role
from tests.support import postgres_servers
from tests.support.ninety_days import fill
from tests.support.superset_queries import parts

pytestmark = [
    pytest.mark.superset,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="no browser: apt install chromium chromium-driver fonts-noto-cjk",
    ),
]

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def bi_role_url(postgres: postgres_servers.Server, migrated_url: str) -> Iterator[str]:
    """URL of a database with ninety days of tasks, as a BI role."""
    fill(migrated_url)
    server = postgres.admin_url.rpartition("/")[0]
    name, password = f"bi_{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    at = migrated_url.rpartition("/")[2]
    with open_database(f"{server}/{at}") as engine:
        role = describe_bi_role(
            engine, name, time_zone="Asia/Shanghai", statement_timeout=timedelta(minutes=2)
        )
        create_bi_role(engine, role, password)
    host = migrated_url.rpartition("@")[2]
    yield f"postgresql://{name}:{password}@{host}"
    with psycopg.connect(f"{server}/{at}", autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP ROLE {name}")


def test_superset_shows_every_chart_and_dashboard(bi_role_url: str, tmp_path: Path) -> None:
    pictures = Path(os.environ.get("SYNCER_PICTURES", tmp_path))
    command = [sys.executable, str(ROOT / "deploy/superset/try_it.py"), bi_role_url]
    options = ["--time-zone", "Asia/Shanghai", "--pictures", str(pictures)]
    tried = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert {f"{chart['slice_name']}:" for chart in parts("charts").values()} <= set(
        line.rpartition(":")[0] + ":" for line in tried.stdout.splitlines()
    )
    for name in parts("dashboards"):
        assert (pictures / f"superset-{name}.png").stat().st_size > 50_000
