"""What people get wrong ends with one clear line and the right exit code, and tells no secret."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.support.program import Ended
from tests.support.scene import Scene, SceneFactory

DONE, FAILED, MISCONFIGURED = 0, 1, 2
_WRONG_KEY = "wrong-secret-key-hush-hush-7"
_WRONG_PASSWORD = "wrong-password-hush-hush-8"


@pytest.fixture
def scene(stage: SceneFactory) -> Scene:
    return stage(backlog=40)


def said(scene: Scene, ended: Ended) -> str:
    """All that a command said; fails if there is a traceback or a secret in it."""
    text = ended.out + ended.err
    assert "Traceback" not in text
    password = urlsplit(scene.database_url).password or "none"
    for secret in (_WRONG_KEY, _WRONG_PASSWORD, scene.simulator.credentials.secret_key, password):
        assert secret not in text
    return text


def one_line(scene: Scene, ended: Ended) -> str:
    """The one line of a command that came to nothing."""
    said(scene, ended)
    assert ended.out == ""
    [line] = ended.err.splitlines()
    assert line.startswith("syncer: ")
    return line


def found(scene: Scene, ended: Ended) -> dict[str, str]:
    """What `syncer check` found wrong, by what it looked at."""
    rows = [line.split(None, 2) for line in said(scene, ended).splitlines()[1:]]
    return {row[0]: row[2] for row in rows if row[1] == "failed"}


def with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{password}@{parts.hostname}:{parts.port}"))


def test_wrong_secret_key(scene: Scene) -> None:
    scene.configure(secret_key=_WRONG_KEY)
    checked = scene.program.run("check")
    assert checked.code == FAILED
    wrong = found(scene, checked)
    assert set(wrong) == {"mps-cn", "mps-intl", "tat", "aiccs", "baidu"}
    assert all("check access_key and secret_key" in line for line in wrong.values())
    synced = scene.program.run("sync")
    assert synced.code == FAILED
    assert said(scene, synced).count("check access_key and secret_key") >= 7
    assert scene.ledger.tasks() == 0


def test_unknown_region(scene: Scene) -> None:
    scene.configure(lists={"tat": {"regions": ["ap-nowhere"]}})
    checked = scene.program.run("check")
    assert checked.code == MISCONFIGURED
    [(source, line)] = found(scene, checked).items()
    assert source == "tat"
    assert "ap-nowhere" in line
    assert "`regions`" in line
    synced = scene.program.run("sync")
    assert synced.code == FAILED
    assert "\ntat/ap-nowhere: Tencent TAT answers UnsupportedRegion" in said(scene, synced)
    # The other sources are none the worse.
    assert scene.ledger.value("select count(distinct source) from reporting.tasks") == 4
    # Once it is put right, nobody waits for the region that never was.
    assert "ap-nowhere" in said(scene, scene.program.run("status"))
    scene.configure()
    assert scene.program.run("sync", "tat").code == DONE
    assert "ap-nowhere" not in said(scene, scene.program.run("status"))


def test_unreachable_endpoint(scene: Scene) -> None:
    scene.configure(lists={"aiccs": {"endpoint": "http://127.0.0.1:1"}})
    checked, synced = (scene.program.start(*words) for words in (("check",), ("sync", "aiccs")))
    for ended in (checked.ended(), synced.ended()):
        assert ended.code == FAILED
        assert "cannot connect to 127.0.0.1:1: connection refused; gave up after" in said(scene, ended)


def test_wrong_database_password(scene: Scene) -> None:
    scene.configure(database=with_password(scene.database_url, _WRONG_PASSWORD))
    for words in (("sync",), ("migrate",)):
        ended = scene.program.run(*words)
        assert ended.code == MISCONFIGURED
        line = one_line(scene, ended)
        assert "password authentication failed" in line
    checked = scene.program.run("check")
    assert checked.code == MISCONFIGURED
    assert "password authentication failed" in found(scene, checked)["database"]


def test_database_that_is_away(scene: Scene) -> None:
    scene.configure(database=f"postgresql://syncer:{_WRONG_PASSWORD}@127.0.0.1:1/syncer")
    ended = scene.program.run("sync")
    assert ended.code == FAILED
    assert "the database at 127.0.0.1:1/syncer is not available" in one_line(scene, ended)


def test_no_schema_names_the_command_to_type(scene: Scene, database_url: str) -> None:
    scene.configure(database=database_url)
    ended = scene.program.run("run")
    assert ended.code == MISCONFIGURED
    assert one_line(scene, ended).endswith("type `syncer migrate`")
    checked = scene.program.run("check")
    assert checked.code == MISCONFIGURED
    assert found(scene, checked)["database"].endswith("type `syncer migrate`")


def test_missing_configuration(scene: Scene, folder: Path) -> None:
    (folder / "syncer.toml").unlink()
    for words in (("check",), ("run",)):
        ended = scene.program.run(*words)
        assert ended.code == MISCONFIGURED
        assert "`syncer init" in one_line(scene, ended)


def test_every_mistake_in_the_configuration_is_told_at_once(scene: Scene) -> None:
    scene.configure(poll_evry="1s", lists={"baidu": {"secret_key": None}, "tat": {"regions": "everywhere"}})
    ended = scene.program.run("check")
    assert ended.code == MISCONFIGURED
    text = said(scene, ended)
    for word in ("poll_evry", "secret_key", "regions"):
        assert word in text


def test_unknown_source(scene: Scene) -> None:
    ended = scene.program.run("sync", "mps")
    assert ended.code == MISCONFIGURED
    line = one_line(scene, ended)
    assert "no source is called mps" in line
    assert "mps-cn, mps-intl, tat, aiccs, baidu" in line
