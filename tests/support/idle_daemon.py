"""A daemon without sources, which only maintains the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from syncer.app import Daemon, open_app
from syncer.config import load


@contextmanager
def daemon(url: str, folder: Path, configuration: str = "") -> Iterator[None]:
    """Run a daemon without sources during the block."""
    path = folder / "syncer.toml"
    path.write_text(configuration)
    stop = threading.Event()
    with open_app(load(path), url, stop) as app:
        thread = threading.Thread(target=Daemon(app).run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(60)
    assert not thread.is_alive()


def until(is_so: Callable[[], bool]) -> None:
    """Wait until the condition holds; fail after a minute."""
    pause = threading.Event()
    for _ in range(600):
        if is_so():
            return
        pause.wait(0.1)
    raise AssertionError("the condition was not met in time")
