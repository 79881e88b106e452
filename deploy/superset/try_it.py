"""Test the bundle in a real Superset: `python try_it.py postgresql://analyst:…@127.0.0.1/syncer`.

Installs Superset into a virtual environment (some 800 MB, kept for the next run), starts it on the loopback
interface with temporary metadata, imports the bundle, opens every chart in a headless Chromium, fetches its
rows from the REST API, and takes screenshots of the dashboards. Fails if a chart has an error or no rows.
Requires Python 3.10 to 3.12, and the Debian packages chromium, chromium-driver and fonts-noto-cjk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

HERE = Path(__file__).parent.absolute()


def main() -> int:
    parser = ArgumentParser(description="Test the bundle in a real Superset.")
    parser.add_argument("url", help="a database with tasks, as postgresql://ROLE:PASSWORD@HOST:PORT/NAME")
    parser.add_argument(
        "--time-zone", default="UTC", help="time zone of the instants shown: that of the configuration"
    )
    parser.add_argument(
        "--environment", type=Path, default=_cache(), help="where Superset is installed (%(default)s)"
    )
    parser.add_argument("--pictures", type=Path, help="save screenshots of the dashboards in this folder")
    parser.add_argument("--serve", action="store_true", help="keep Superset running until Ctrl-C")
    args = parser.parse_args()
    command = [install(args.environment.absolute()), "-m", "trial", args.url, "--time-zone", args.time_zone]
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)
        command += ["--pictures", str(args.pictures.absolute())]
    if args.serve:
        command.append("--serve")
    return subprocess.run(command, cwd=HERE, check=False).returncode


def install(folder: Path) -> str:
    """Install Superset into the virtual environment `folder`, created if missing; return its Python."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    requirements = ["-r", HERE / "requirements.txt", "-c", HERE / "constraints.txt"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements], check=True)
    return str(python)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "syncer" / "superset"


if __name__ == "__main__":
    raise SystemExit(main())
