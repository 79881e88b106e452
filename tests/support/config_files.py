"""Configuration files of tests: load one, or list the problems of a wrong one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syncer.config import Settings, load
from syncer.errors import ConfigurationError

MPS = '[[sources]]\nname = "mps"\nprovider = "tencent_mps"\nsite = "cn"\n'
TAT = '[[sources]]\nname = "tat"\nprovider = "tencent_tat"\nregions = ["ap-guangzhou"]\n'


def read(folder: Path, text: str) -> Settings:
    """The configuration in `text`."""
    path = folder / "syncer.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def problems(folder: Path, text: str) -> list[str]:
    """The problems of an invalid file, one per line of the error without its heading."""
    with pytest.raises(ConfigurationError) as failure:
        read(folder, text)
    heading, *lines = failure.value.message.split("\n")
    assert re.fullmatch(rf"{len(lines)} problems? in .*syncer\.toml:", heading)
    return [line.strip() for line in lines]
