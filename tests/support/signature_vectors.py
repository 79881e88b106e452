"""Published signature vectors, for the simulator's checks of signatures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syncer.simulator.http_messages import ApiError

_FILE = Path(__file__).parents[1] / "data" / "signature_vectors.json"
VECTORS = json.loads(_FILE.read_text(encoding="utf-8"))["vectors"]


def vectors(*prefixes: str) -> pytest.MarkDecorator:
    """Parametrize a test with the vectors whose id has one of these prefixes."""
    matches = [vector for vector in VECTORS if vector["id"].startswith(prefixes)]
    assert matches
    return pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["id"]) for vector in matches])


def assert_refused(code: str, check: Any, *arguments: Any) -> None:
    """Assert that the check raises an ApiError with this code."""
    with pytest.raises(ApiError) as caught:
        check(*arguments)
    assert caught.value.code == code
