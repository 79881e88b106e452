"""Show the bundle to a real Superset: `python try_it.py postgresql://analyst:…@127.0.0.1/syncer`.

It installs Superset into an environment of its own (some 800 MB, kept for the next time), starts it on the
loopback interface with throw-away metadata, imports the bundle, opens every chart in a headless Chromium,
asks the REST API for its rows, and photographs the dashboards. It fails if a chart has an error or no rows.
It needs Python 3.10 to 3.12, and Debian's packages chromium, chromium-driver and fonts-noto-cjk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

HERE = Path(__file__).parent.absolute()


def main() -> int:
    parser = ArgumentParser(description="Show the bundle to a real Superset.")
    parser.add_argument("url", help="a database with tasks, as postgresql://ROLE:PASSWORD@HOST:PORT/NAME")
    parser.add_argument("--time-zone", default="UTC", help="shows instants in it; that of the configuration")
    parser.add_argument(
        "--environment", type=Path, default=_cache(), help="where Superset is installed (%(default)s)"
    )
    parser.add_argument("--pictures", type=Path, help="keep the pictures of the dashboards in this folder")
    parser.add_argument("--serve", action="store_true", help="keep it up until Ctrl-C, to look around")
    args = parser.parse_args()
    command = [install(args.environment.absolute()), "-m", "trial", args.url, "--time-zone", args.time_zone]
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)
        command += ["--pictures", str(args.pictures.absolute())]
    if args.serve:
        command.append("--serve")
    return subprocess.run(command, cwd=HERE, check=False).returncode


def install(folder: Path) -> str:
    """The Python of an environment in `folder` that has Superset; made if it is not there yet."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    wanted = ["-r", HERE / "requirements.txt", "-c", HERE / "constraints.txt"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    return str(python)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "syncer" / "superset"


if __name__ == "__main__":
    raise SystemExit(main())
