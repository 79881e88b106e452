"""Writes the figures of a soak into docs/reliability.md."""

from __future__ import annotations

import platform
from datetime import date
from pathlib import Path

import syncer
from tests.soak.totals import Totals

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write_figures(page: Path, totals: Totals, *, command: str, postgres: str, took: float) -> None:
    """Replace the part of `page` between the markers by the figures."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, marker, after = rest.partition(END)
    assert marker, f"{page} has no {BEGIN} … {END}"
    block = "\n".join(_block(totals, command=command, postgres=postgres, took=took))
    page.write_text(f"{before}{BEGIN}\n{block}\n{END}{after}", "utf-8")


def _block(totals: Totals, *, command: str, postgres: str, took: float) -> list[str]:
    faults = ", ".join(
        f"{name.removesuffix('_rate')} {count:,}" for name, count in sorted(totals.faults.items())
    )
    figures = {
        "run on": f"{date.today().isoformat()}, in {took / 60:.0f} minutes",
        "command": f"`{command}`",
        "versions": f"syncer {syncer.__version__}, Python {platform.python_version()}, Postgres {postgres}",
        "scenarios": f"{totals.scenarios}",
        "rounds": f"{totals.rounds:,}",
        "processes killed with `kill -9`": f"{totals.kills:,}",
        "… within a run": f"{totals.kills_in_runs:,}",
        "… within a transaction": f"{totals.kills_in_transactions:,}",
        "processes stopped by SIGTERM": f"{totals.terminations:,}",
        "retention periods passed": f"{totals.retentions:.0f}",
        "faults fired": f"{totals.faults.total():,}: {faults}",
        "successful runs": f"{totals.runs:,}",
        "tasks stored": f"{totals.tasks:,}",
        "tasks stored in more than one state": f"{totals.changed:,}",
        "former versions written": f"{totals.versions:,}",
        "tasks visible during a whole run": f"{totals.shown:,}",
        "tasks inside `swept` coverage": f"{totals.confirmed:,}",
        "tasks that appeared and disappeared unread, all in gaps": f"{totals.in_gaps:,}",
        "open tasks that left their list unobserved, all marked": f"{totals.marked:,}",
        "**lost**": f"**{totals.lost}**",
        "**duplicated**": f"**{totals.duplicated}**",
        "**wrong**": f"**{totals.wrong}**",
    }
    return ["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in figures.items())]
