"""The ledger in Postgres. Only this room knows SQLAlchemy; what leaves it are values of `syncer.model`.

engine = make_engine(url)
check_schema(engine)
store = PgStore(engine, holder="host:4711")
store.register(sources)
with store.claim(stream) as ours:
    run_stream(ours, ...)
"""

from syncer.storage.connections import make_engine
from syncer.storage.schema import check_schema, migrate
from syncer.storage.store import PgStore
from syncer.storage.stream_store import PgStreamStore
from syncer.storage.urls import normalise_url

__all__ = [
    "PgStore",
    "PgStreamStore",
    "check_schema",
    "make_engine",
    "migrate",
    "normalise_url",
]
