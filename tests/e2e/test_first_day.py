"""What somebody types on the first day, one command after the other."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

from syncer.simulator import Simulator, SimulatorOptions
from tests.support.analyst_database import open_analyst_database
from tests.support.program import Program


def uncommented(text: str, source: str, **settings: str) -> str:
    """The configuration that `syncer init` wrote, with one of its sources in use."""
    used = re.sub(rf'#\[\[sources\]\]\n#(name = "{source}")\n#(.*)\n', r"[[sources]]\n\1\n\2\n", text)
    assert used != text
    return used + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())


def test_first_day(program: Program, folder: Path, database_url: str) -> None:
    path = folder / "syncer.toml"
    assert program.run("init").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = path.read_text("utf-8")
    again = program.run("init")
    assert (again.code, path.read_text("utf-8")) == (2, written)
    assert "exists already" in again.err

    with Simulator(SimulatorOptions(backlog=0, arrivals_per_minute=600, pace=0.01)) as simulator:
        path.write_text(
            uncommented(written, "baidu-vod", endpoint=simulator.endpoints["baidu"], poll_every="1s"), "utf-8"
        )
        key = simulator.credentials
        given = {
            "SYNCER_DATABASE__URL": database_url,
            "BAIDUCLOUD_ACCESS_KEY": key.access_key,
            "BAIDUCLOUD_SECRET_KEY": key.secret_key,
        }
        first = program.run("check", **given)
        assert first.code == 2
        assert "type `syncer migrate`" in first.out
        assert program.run("migrate", **given).code == 0
        assert program.run("check", **given).code == 0
        synced = program.run("sync", **given)
        assert synced.code == 0
        assert re.search(r"baidu-vod +global +sweep +succeeded", synced.out)

        with open_analyst_database(database_url) as ledger:
            daemon = program.start("run", **given)
            seen = ledger.tasks()
            daemon.until(lambda: ledger.tasks() > seen, "new tasks")
            assert daemon.terminate().code == 0
            tasks = ledger.tasks()

        status = program.run("status", "--json", **given)
        assert status.code == 0
        [stream] = json.loads(status.out)["streams"]
        assert (stream["source"], stream["result"]) == ("baidu-vod", "succeeded")
        assert tasks > 0
        gaps = program.run("gaps", **given)
        assert (gaps.code, gaps.out) == (0, "no gaps\n")
