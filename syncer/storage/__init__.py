"""The ledger in Postgres. Only this room knows SQLAlchemy; what leaves it are values of `syncer.model`.

engine = make_engine(url)
check_schema(engine)
store = PgStore(engine, holder="host:4711")
store.register(sources)
with store.claim(stream) as ours:
    run_stream(ours, ...)
"""

from syncer.storage.connections import make_engine
from syncer.storage.history import RunSummary, load_runs
from syncer.storage.overview import Gap, StreamOverview, load_gaps, load_streams
from syncer.storage.reports import Report, load_report
from syncer.storage.schema import check_schema, migrate
from syncer.storage.store import PgStore
from syncer.storage.stream_store import PgStreamStore
from syncer.storage.urls import normalise_url

__all__ = [
    "Gap",
    "PgStore",
    "PgStreamStore",
    "Report",
    "RunSummary",
    "StreamOverview",
    "check_schema",
    "load_gaps",
    "load_report",
    "load_runs",
    "load_streams",
    "make_engine",
    "migrate",
    "normalise_url",
]
