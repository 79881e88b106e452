"""The zip file of the Superset bundle: complete, for the given database, without a password."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import yaml

from deploy.superset.bundle import DATABASE, HERE, PALETTE, main, password, zipped

#: Superset's replacement for a password in an export.
MASK = "X" * 10
URL = "postgresql://analyst:s%40cret@db.example.org:6432/syncer?sslmode=require"


def opened(packed: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name.removeprefix("syncer/"): archive.read(name).decode() for name in archive.namelist()}


def test_zip_holds_every_file_of_the_bundle() -> None:
    assert set(opened(zipped())) == {path.relative_to(HERE).as_posix() for path in HERE.rglob("*.yaml")}


def test_zip_names_the_database_and_masks_its_password() -> None:
    files = opened(zipped(URL))
    uri = yaml.safe_load(files[DATABASE])["sqlalchemy_uri"]
    assert uri == f"postgresql+psycopg2://analyst:{MASK}@db.example.org:6432/syncer?sslmode=require"
    assert not any("s%40cret" in text or "s@cret" in text for text in files.values())


@pytest.mark.parametrize(
    ("url", "expected"), [(URL, "s@cret"), ("postgresql://analyst@db/syncer", "")], ids=["one", "none"]
)
def test_password_is_from_the_url(url: str, expected: str) -> None:
    assert password(url) == expected


def test_zip_converts_instants_and_keeps_sessions_in_utc() -> None:
    files = opened(zipped(time_zone="Asia/Shanghai"))
    assert "AT TIME ZONE 'Asia/Shanghai'" in files["datasets/syncer/coverage_timeline.yaml"]
    assert not any("AT TIME ZONE 'UTC'" in text for text in files.values())
    assert "timezone=UTC" in files[DATABASE]


def test_unknown_time_zone_is_refused() -> None:
    with pytest.raises(KeyError):
        zipped(time_zone="Asia/Shangri-La")


@pytest.mark.parametrize(("is_update", "kind"), [(False, "Dashboard"), (True, "assets")])
def test_zip_states_its_type(is_update: bool, kind: str) -> None:
    assert yaml.safe_load(opened(zipped(is_update=is_update))["metadata.yaml"])["type"] == kind


def test_command_writes_the_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bundle.py", str(tmp_path / "syncer.zip"), "--url", URL])
    assert main() == 0
    assert opened((tmp_path / "syncer.zip").read_bytes()) == opened(zipped(URL))


def test_sources_have_different_colours() -> None:
    names = [f"source: {number}" for number in range(len(PALETTE))]
    plain, coloured = opened(zipped()), opened(zipped(sources=names))
    for name in (name for name in plain if name.startswith("dashboards/")):
        before, after = (
            yaml.safe_load(files[name])["metadata"]["label_colors"] for files in (plain, coloured)
        )
        assert after == dict(zip(names, PALETTE, strict=True)) | before
        assert not set(PALETTE) & set(before.values())
