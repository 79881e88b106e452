"""`syncer demo`: the whole of it in about a minute, with made-up clouds and a database of its own."""

from __future__ import annotations

import io
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from syncer.cli.signals import stop_on_signals

EXAMPLE = """\
  syncer demo                            # needs nothing; run again, it goes on
  syncer demo --serve                    # everything stays up until Ctrl-C, for BI tools and curious people
  syncer demo --stop                     # stop the database that a demo has left running
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Where, how long, and what comes after."""
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="the demo's own folder (default: demo in syncer's)"
    )
    parser.add_argument(
        "--watch", type=float, default=30.0, metavar="SECONDS", help="how long to watch the daemon (30)"
    )
    after = parser.add_mutually_exclusive_group()
    after.add_argument("--serve", action="store_true", help="keep everything up until Ctrl-C")
    after.add_argument("--stop", action="store_true", help="stop the database that a demo has left running")


def run(args: Namespace) -> int:
    """Show it. 0 if every run of it succeeded; 130 where Ctrl-C came first: then nothing is left running."""
    from syncer import logs
    from syncer.embedded import EmbeddedPostgres, default_data_dir

    clear_environment()
    folder = Path(os.path.abspath(args.data_dir or default_data_dir() / "demo"))
    if args.stop:
        gone = EmbeddedPostgres(folder).stop()
        print("the demo's database is stopped" if gone else "the database goes when its last user does")
        return 0
    logs.configure("DEBUG" if args.debug else "ERROR")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Whoever reads a pipe wants to watch, too; and not every place has arrows.
        sys.stdout.reconfigure(line_buffering=True, errors="replace")
    print("Five cloud task lists, made up on this machine, are read into a Postgres.")
    print(f"It takes about a minute, and writes nothing but {folder}")
    return _show(folder, args)


def _show(folder: Path, args: Namespace) -> int:
    from syncer.app import SystemClock
    from syncer.cli.demo_script import DemoScript
    from syncer.cli.views.demo_next_steps import next_step_lines
    from syncer.demo import demo_environment
    from syncer.embedded import EmbeddedPostgres

    stop, postgres = stop_on_signals(), EmbeddedPostgres(folder)
    with demo_environment(folder, SystemClock(stop).now()) as scene, postgres.running() as url:
        # It may have stayed after an earlier demo; from here on it goes when we go, however we end.
        postgres.stop()
        tour = DemoScript(scene, url, stop)
        tour.give(args.watch)
        tour.step("Look further")
        for line in next_step_lines(
            postgres, scene.settings.path, folder=args.data_dir, is_served=args.serve
        ):
            tour.say(line)
        if args.serve:
            tour.watch(None)
        else:
            with postgres.running(stays=True):
                pass
    return 0 if tour.is_good else 1


def clear_environment() -> None:
    """Let no configuration in from outside: made-up tasks must not get into somebody's real database.

    Nor may a proxy come between: the clouds are on this machine.
    """
    for name in [name for name in os.environ if name.startswith(("SYNCER_", "PG"))]:
        del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
