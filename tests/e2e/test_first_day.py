"""The commands of a first day, one after the other."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

from syncer.simulator import Simulator, SimulatorOptions
from tests.support.analyst_database import open_analyst_database
from tests.support.program import Program


def enable_source(text: str, source: str, **settings: str) -> str:
    """The configuration that `syncer init` wrote, with one of its sources uncommented."""
    enabled = re.sub(rf'#\[\[sources\]\]\n#(name = "{source}")\n#(.*)\n', r"[[sources]]\n\1\n\2\n", text)
    assert enabled != text
    return enabled + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())


def test_first_day(program: Program, folder: Path, database_url: str) -> None:
    path = folder / "syncer.toml"
    assert program.run("init").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    template = path.read_text("utf-8")
    again = program.run("init")
    assert (again.code, path.read_text("utf-8")) == (2, template)
    assert "exists already" in again.err

    with Simulator(SimulatorOptions(backlog=0, arrivals_per_minute=600, pace=0.01)) as simulator:
        path.write_text(
            enable_source(template, "baidu-vod", endpoint=simulator.endpoints["baidu"], poll_every="1s"),
            "utf-8",
        )
        credentials = simulator.credentials
        environment = {
            # In fresh interpreters, as users start it.
            "PYTHONFAULTHANDLER": "1",
            "SYNCER_DATABASE__URL": database_url,
            "BAIDUCLOUD_ACCESS_KEY": credentials.access_key,
            "BAIDUCLOUD_SECRET_KEY": credentials.secret_key,
        }
        first = program.run("check", **environment)
        assert first.code == 2
        assert "type `syncer migrate`" in first.out
        assert program.run("migrate", **environment).code == 0
        assert program.run("check", **environment).code == 0
        synced = program.run("sync", **environment)
        assert synced.code == 0
        assert re.search(r"baidu-vod +global +sweep +succeeded", synced.out)

        with open_analyst_database(database_url) as database:
            daemon = program.start("run", **environment)
            before = database.count_tasks()
            daemon.wait_until(lambda: database.count_tasks() > before, "new tasks")
            assert daemon.terminate().code == 0
            tasks = database.count_tasks()

        status = program.run("status", "--json", **environment)
        assert status.code == 0
        [stream] = json.loads(status.out)["streams"]
        assert (stream["source"], stream["result"]) == ("baidu-vod", "succeeded")
        assert tasks > 0
        gaps = program.run("gaps", **environment)
        assert (gaps.code, gaps.out) == (0, "no gaps\n")
