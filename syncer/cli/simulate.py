"""`syncer simulate`: the providers' task lists on this machine."""

from __future__ import annotations

from syncer.simulator.command import add_arguments, run

EXAMPLE = """\
  syncer simulate > syncer.toml &        # what it prints is a configuration that reads its lists
  syncer simulate --backlog 1000 --order shuffled
  syncer simulate --order mps-cn=finished-desc --fault throttle_rate=0.1 --fault tat:cut_rate=0.05
"""

__all__ = ["EXAMPLE", "add_arguments", "run"]
