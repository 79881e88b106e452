"""The database. Only this package uses SQLAlchemy; its functions take and return values of `syncer.model`.

engine = make_engine(url)
check_schema(engine)
store = PgStore(engine, holder="host:4711")
store.register(sources)
with store.claim(stream) as ours:
    run_stream(ours, ...)
"""

from syncer.storage.connections import make_engine
from syncer.storage.read import Gap, StreamOverview, load_gaps, load_streams
from syncer.storage.read.sample_queries import SampleQueryResult, run_sample_query
from syncer.storage.schema import check_schema, migrate
from syncer.storage.write.store import PgStore
from syncer.storage.write.stream_store import PgStreamStore

__all__ = [
    "Gap",
    "PgStore",
    "PgStreamStore",
    "SampleQueryResult",
    "StreamOverview",
    "check_schema",
    "load_gaps",
    "load_streams",
    "make_engine",
    "migrate",
    "run_sample_query",
]
