"""Writes what a soak came to into the page about reliability."""

from __future__ import annotations

import platform
from datetime import date
from pathlib import Path

import syncer
from tests.soak.totals import Totals

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write_figures(page: Path, tally: Totals, *, command: str, postgres: str, took: float) -> None:
    """Replace the part of `page` between the markers."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    assert found, f"{page} has no {BEGIN} … {END}"
    block = "\n".join(_block(tally, command=command, postgres=postgres, took=took))
    page.write_text(f"{before}{BEGIN}\n{block}\n{END}{after}", "utf-8")


def _block(tally: Totals, *, command: str, postgres: str, took: float) -> list[str]:
    faults = ", ".join(
        f"{name.removesuffix('_rate')} {count:,}" for name, count in sorted(tally.faults.items())
    )
    figures = {
        "run on": f"{date.today().isoformat()}, in {took / 60:.0f} minutes",
        "command": f"`{command}`",
        "versions": f"syncer {syncer.__version__}, Python {platform.python_version()}, Postgres {postgres}",
        "worlds": f"{tally.worlds}",
        "rounds": f"{tally.rounds:,}",
        "processes killed with `kill -9`": f"{tally.kills:,}",
        "… in the middle of a run": f"{tally.kills_amid_runs:,}",
        "… with a transaction open": f"{tally.kills_amid_transactions:,}",
        "processes told to stop": f"{tally.terminations:,}",
        "retention windows passed": f"{tally.windows:.0f}",
        "faults fired": f"{tally.faults.total():,}: {faults}",
        "runs that ended well": f"{tally.runs:,}",
        "tasks stored": f"{tally.tasks:,}",
        "tasks stored in more than one state": f"{tally.moved:,}",
        "former versions written": f"{tally.versions:,}",
        "tasks on show during a whole run": f"{tally.shown:,}",
        "tasks inside `swept` coverage": f"{tally.confirmed:,}",
        "tasks that came and went while nothing ran, all in gaps": f"{tally.in_gaps:,}",
        "open tasks that left unseen, all marked": f"{tally.marked:,}",
        "**lost**": f"**{tally.lost}**",
        "**duplicated**": f"**{tally.duplicated}**",
        "**wrong**": f"**{tally.wrong}**",
    }
    return ["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in figures.items())]
