"""`syncer demo`: a demo of about a minute, with simulated clouds and an embedded database of its own."""

from __future__ import annotations

import io
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from syncer.cli.signals import before_forced_exit, stop_on_signals

EXAMPLE = """\
  syncer demo                            # needs no configuration; run it again to continue it
  syncer demo --serve                    # keep everything running until Ctrl-C, for BI tools
  syncer demo --stop                     # stop the database that a demo has left running
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the folder, the duration, and what happens at the end."""
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="the folder of the demo (default: `demo` in syncer's data folder)",
    )
    parser.add_argument(
        "--watch", type=float, default=30.0, metavar="SECONDS", help="how long to watch the daemon (30)"
    )
    after = parser.add_mutually_exclusive_group()
    after.add_argument("--serve", action="store_true", help="keep everything running until Ctrl-C")
    after.add_argument("--stop", action="store_true", help="stop the database that a demo has left running")


def run(args: Namespace) -> int:
    """Run the demo. Return 0 if every run succeeded, 130 after Ctrl-C: then nothing is left running."""
    from syncer import logs
    from syncer.embedded import EmbeddedPostgres, default_data_dir

    clear_environment()
    folder = Path(os.path.abspath(args.data_dir or default_data_dir() / "demo"))
    if args.stop:
        is_stopped = EmbeddedPostgres(folder).stop()
        print(
            "the demo's database is stopped"
            if is_stopped
            else "the demo's database is in use: it stops when the last process that uses it ends"
        )
        return 0
    logs.configure("DEBUG" if args.debug else "ERROR")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A pipe shows each line at once, too; and not every encoding has arrows.
        sys.stdout.reconfigure(line_buffering=True, errors="replace")
    print("This demo reads five simulated cloud task lists into a Postgres database.")
    print(f"It takes about a minute and writes only to {folder}")
    return _run_script(folder, args)


def _run_script(folder: Path, args: Namespace) -> int:
    from syncer.app import SystemClock
    from syncer.cli.demo_script import DemoScript
    from syncer.cli.views.demo_next_steps import next_step_lines
    from syncer.demo import demo_environment
    from syncer.embedded import EmbeddedPostgres

    stop, postgres = stop_on_signals(), EmbeddedPostgres(folder)
    with (
        demo_environment(folder, SystemClock(stop).now()) as environment,
        before_forced_exit(postgres.stop_at_once),
        postgres.running() as url,
    ):
        # An earlier demo may have left it running; from here on it stops when this process ends in any way.
        postgres.stop()
        script = DemoScript(environment, url, stop)
        script.run(args.watch)
        script.print_next_steps(
            next_step_lines(postgres, environment.settings.path, folder=args.data_dir, is_served=args.serve)
        )
        if args.serve:
            script.watch_daemon(None)
        else:
            with postgres.running(keep_running=True):
                pass
    return 0 if script.is_success else 1


def clear_environment() -> None:
    """Remove the variables that configure syncer: simulated tasks must not get into a real database.

    Those of libpq are removed where the server is started. Also bypass proxies: the simulated clouds are on
    this machine.
    """
    for name in [name for name in os.environ if name.startswith("SYNCER_")]:
        del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
