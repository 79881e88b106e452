"""`syncer gaps`: the holes in the coverage."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from syncer.cli.database import configured_database
from syncer.cli.views.json_values import as_json
from syncer.cli.views.status_table import gap_summary, gap_table
from syncer.cli.views.text_table import print_table

EXAMPLE = """\
  syncer gaps                            # what is lost, and what can still be filled and until when
  syncer gaps mps-cn --json
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Which sources, and in which form."""
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="only these (default: all)")
    parser.add_argument("--json", action="store_true", help="as JSON, durations in seconds")


def run(args: Namespace) -> int:
    """Print the holes, oldest first. Having holes is not a failure of the command."""
    from syncer.storage.read import load_gaps, load_streams, open_database
    from syncer.storage.source_names import check_source_names

    with configured_database(args.config) as database, open_database(database.url) as engine:
        gaps, streams = load_gaps(engine), load_streams(engine)
    known = sorted({gap.source for gap in gaps} | {stream.source for stream in streams})
    check_source_names(args.sources, known)
    if args.sources:
        gaps = [gap for gap in gaps if gap.source in args.sources]
        streams = [stream for stream in streams if stream.source in args.sources]
    if args.json:
        print(json.dumps([as_json(gap) for gap in gaps], indent=2))
        return 0
    if gaps:
        print_table(gap_table(gaps))
    print(gap_summary(gaps))
    if unread := [stream.label for stream in streams if stream.covered_from is None]:
        print(f"never read to the end, so nothing is known of: {', '.join(unread)}")
    return 0
