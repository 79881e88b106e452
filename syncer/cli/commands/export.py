"""`syncer export`: writes tasks or their versions to files, one per day, for data lakes and notebooks."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from syncer.cli.database import database_of_config
from syncer.cli.views.export_progress import export_progress
from syncer.cli.views.export_summary import day_table, headline, incomplete_days_table, total_line
from syncer.cli.views.text_table import print_table
from syncer.errors import ConfigurationError

if TYPE_CHECKING:
    from syncer.reporting.export import Day, DayReport, ExportFolder, Selection
    from syncer.storage.read.exports import PgExportDatabase

EXAMPLE = """\
  syncer export tasks --from 2026-01-01                  # every day until yesterday; can be repeated
  syncer export versions --from 2026-11-01 --to 2026-11-30 --format csv --source mps-cn --into mps
  syncer export tasks --from 2026-11-01 --dry-run        # what would be written, and which days are complete
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the dataset, its days, the format and the folder."""
    datasets = {"tasks": "the latest state of each task", "versions": "each observed state of each task"}
    meanings = "; ".join(f"{name}: {meaning}" for name, meaning in datasets.items())
    parser.add_argument("dataset", choices=tuple(datasets), metavar="tasks|versions", help=meanings)
    parser.add_argument(
        "--from", dest="first", required=True, metavar="DAY", help="the first day, such as 2026-01-31"
    )
    parser.add_argument("--to", dest="last", metavar="DAY", help="the last day (default: yesterday)")
    parser.add_argument(
        "--format", choices=("parquet", "csv", "ndjson"), default="parquet", help="default: parquet"
    )
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="only this source; repeatable"
    )
    parser.add_argument(
        "--into", type=Path, default=Path("export"), metavar="FOLDER", help="default: ./export"
    )
    parser.add_argument(
        "--by",
        choices=("created", "observed"),
        help="the day of a row: when the task was created (default of tasks), "
        "or when syncer first observed the task or version (default of versions)",
    )
    parser.add_argument(
        "--escape-formulas",
        action="store_true",
        help="with --format csv: write a ' before texts that a spreadsheet would run as a formula",
    )
    parser.add_argument("--again", action="store_true", help="also write the files that have not changed")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be written")


def run(args: Namespace) -> int:
    """Write the days whose rows differ from their files; print which days may still change. Return 0."""
    from syncer.reporting.export import ExportFolder, ExportSpec, Format, check_format, parse_day
    from syncer.storage.read import open_database
    from syncer.storage.read.exports import PgExportDatabase

    form = Format(args.format)
    if args.escape_formulas and form is not Format.CSV:
        raise ConfigurationError("--escape-formulas changes CSV only: add --format csv")
    parse_day(args.first)
    parse_day(args.last or args.first)
    with database_of_config(args.config) as database, open_database(database.url) as engine:
        export_database = PgExportDatabase(engine)
        selection = _selection(args, export_database)
        zone = export_database.time_zone().key
        spec = ExportSpec(selection, form, zone, escape_formulas=args.escape_formulas)
        folder = ExportFolder(args.into, spec)
        days = _days(args, export_database, selection)
        if not args.dry_run:
            check_format(form)
        reports = (_plan if args.dry_run else _export)(export_database, folder, days, again=args.again)
        undated = export_database.count_undated(selection)
    print(headline(folder))
    if args.dry_run:
        print_table(day_table(reports))
    elif any(report.completeness.reason for report in reports):
        print_table(incomplete_days_table(reports))
    print(total_line(reports, is_dry=args.dry_run))
    if undated:
        print(
            f"{undated:,} tasks have no creation time, so no day has them; `--by observed` exports them, too"
        )
    return 0


def _plan(
    export_database: PgExportDatabase, folder: ExportFolder, days: list[Day], *, again: bool
) -> list[DayReport]:
    from syncer.reporting.export import plan_days

    return list(plan_days(export_database, folder, days, again=again))


def _export(
    export_database: PgExportDatabase, folder: ExportFolder, days: list[Day], *, again: bool
) -> list[DayReport]:
    from syncer.reporting.export import export_days

    reports = []
    with export_progress(len(days)) as progress:
        for report in export_days(export_database, folder, days, again=again, on_rows=progress.writing):
            progress.ended(report)
            reports.append(report)
    return reports


def _selection(args: Namespace, export_database: PgExportDatabase) -> Selection:
    from syncer.reporting.export import Dataset, PartitionBy, Selection
    from syncer.storage.source_names import check_source_names

    check_source_names(args.source, export_database.sources())
    dataset = Dataset(args.dataset)
    default = PartitionBy.CREATED if dataset is Dataset.TASKS else PartitionBy.OBSERVED
    sources = tuple(sorted(set(args.source)))
    return Selection(dataset=dataset, by=PartitionBy(args.by) if args.by else default, sources=sources)


def _days(args: Namespace, export_database: PgExportDatabase, selection: Selection) -> list[Day]:
    """The requested days that have begun, without those before the first row."""
    from syncer.reporting.export import days_between, local_day, parse_day

    zone = export_database.time_zone()
    today = local_day(export_database.now(), zone)
    first = parse_day(args.first)
    last = min(parse_day(args.last), today) if args.last else today - timedelta(days=1)
    if args.last and first > parse_day(args.last):
        raise ConfigurationError(f"--from {first} is after --to {args.last}")
    if first > last:
        raise ConfigurationError(f"no day from {first} to {last} has begun: today is {today} in {zone.key}")
    first_row_at = export_database.first_row_at(selection)
    return list(days_between(max(first, local_day(first_row_at, zone)), last, zone)) if first_row_at else []
