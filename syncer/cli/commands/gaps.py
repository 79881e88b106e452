"""`syncer gaps`: the gaps in the coverage, which are creation times whose tasks may be missing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from syncer.cli.database import database_of_settings
from syncer.cli.views.formatting import zone_lines
from syncer.cli.views.gap_table import gap_lines, gap_table
from syncer.cli.views.json_output import json_objects, print_json
from syncer.cli.views.retired_streams import retired_stream_lines
from syncer.cli.views.text_table import print_table

EXAMPLE = """\
  syncer gaps                            # what is lost, what can still be read and until when
  syncer gaps mps-cn --json
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the sources and the format."""
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="only these sources (default: all)")
    parser.add_argument("--json", action="store_true", help="as JSON, durations in seconds")


def run(args: Namespace) -> int:
    """Print the gaps, oldest first. Return 0: gaps are not a failure of the command."""
    from syncer import config
    from syncer.storage.read import (
        load_gaps,
        load_retired_streams,
        load_source_names,
        load_streams,
        open_database,
    )
    from syncer.storage.source_names import check_source_names

    settings = config.load(config.find(args.config))
    with database_of_settings(settings) as database, open_database(database.url) as engine:
        gaps, streams, retired = load_gaps(engine), load_streams(engine), load_retired_streams(engine)
        check_source_names(args.sources, load_source_names(engine))
    if args.sources:
        gaps = [gap for gap in gaps if gap.source in args.sources]
        streams = [stream for stream in streams if stream.source in args.sources]
        retired = [stream for stream in retired if stream.source in args.sources]
    if args.json:
        print_json(json_objects(gaps))
        return 0
    if gaps:
        print_table(gap_table(gaps))
    zone = zone_lines(settings.reporting.time_zone) if gaps or retired else []
    print("\n".join([*gap_lines(gaps, streams, retired), *retired_stream_lines(retired), *zone]))
    return 0
