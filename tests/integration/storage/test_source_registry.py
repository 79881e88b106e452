"""Registration: a renamed source keeps its history, and two sources cannot read the same list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from syncer.errors import ConfigurationError
from syncer.model import Source, Stream
from syncer.storage import PgStore
from syncer.storage.write.source_registry import check_sources
from tests.integration.storage.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import begin, see, store

SOURCES = "SELECT source_id, name, provider, account, key_hash FROM sync.sources ORDER BY source_id"


def source(name: str = "mps", account: str = "100", key_hash: str = "k", **more: object) -> Source:
    return make_source(
        name=name, provider="tencent_mps", site="cn", account=account, key_hash=key_hash, **more
    )


def process(engine: Engine) -> PgStore:
    """The store of a process that has just been started."""
    return PgStore(engine, holder="another")


def test_source_is_registered_once(engine: Engine, look: Look) -> None:
    for _ in range(2):
        process(engine).register([source(), source("other", "200", "j")])
    assert [row["name"] for row in look(SOURCES)] == ["mps", "other"]


def test_registering_again_writes_nothing(engine: Engine, look: Look) -> None:
    process(engine).register([source()])
    before = look("SELECT xmin::text, xmax::text FROM sync.sources")
    process(engine).register([source()])
    assert look("SELECT xmin::text, xmax::text FROM sync.sources") == before


def test_renamed_source_keeps_its_history(engine: Engine, look: Look) -> None:
    with process(engine).claim(Stream(source())) as ours:
        store(ours, begin(ours), see("t"))
    with process(engine).claim(Stream(source("mps-cn"))) as ours:
        assert set(ours.open_tasks()) == {"t"}
    assert [row["source"] for row in look("SELECT source FROM reporting.tasks")] == ["mps-cn"]


@pytest.mark.parametrize(
    "other", [source("new", account="200"), source("new", key_hash="j")], ids=["account", "key"]
)
def test_other_account_is_another_source(engine: Engine, look: Look, other: Source) -> None:
    process(engine).register([source()])
    process(engine).register([other])
    assert [row["name"] for row in look(SOURCES)] == ["mps", "new"]


def test_rotated_key_is_the_same_source(engine: Engine, look: Look) -> None:
    process(engine).register([source()])
    process(engine).register([source(account="renamed", key_hash="j")])
    (row,) = look(SOURCES)
    assert (row["account"], row["key_hash"]) == ("renamed", "j")


def test_renaming_one_source_does_not_change_the_others(engine: Engine, look: Look) -> None:
    process(engine).register([source("a", "100", "k"), source("b", "200", "j")])
    process(engine).register([source("b", "200", "j"), source("c", "100", "k")])
    assert [(row["name"], row["account"]) for row in look(SOURCES)] == [("c", "100"), ("b", "200")]


@pytest.mark.parametrize(
    "duplicate",
    [source("twin", account="200"), source("twin", key_hash="j")],
    ids=["same key", "same account"],
)
def test_two_sources_on_one_list_are_refused(engine: Engine, look: Look, duplicate: Source) -> None:
    with pytest.raises(ConfigurationError, match="mps and twin read the same list"):
        process(engine).register([source(), duplicate])
    assert look(SOURCES) == []


def test_duplicate_source_is_refused_when_it_is_registered_later(engine: Engine, look: Look) -> None:
    store = process(engine)
    store.register([source()])
    with pytest.raises(ConfigurationError, match="mps and twin read the same list"):
        store.register([source("twin")])
    assert [row["name"] for row in look(SOURCES)] == ["mps"]


def test_sources_without_account_and_key_are_no_duplicates(engine: Engine, look: Look) -> None:
    process(engine).register([source("a", "", ""), source("b", "", "")])
    assert [row["name"] for row in look(SOURCES)] == ["a", "b"]


def test_name_of_another_provider_is_refused(engine: Engine) -> None:
    process(engine).register([source()])
    with pytest.raises(ConfigurationError, match=r"mps was tencent_mps \(cn\) before"):
        process(engine).register([make_source(name="mps", provider="baidu_vod")])


def test_swapped_names_are_refused(engine: Engine, look: Look) -> None:
    process(engine).register([source("a", "100", "k"), source("b", "200", "j")])
    before = look(SOURCES)
    with pytest.raises(ConfigurationError, match="a was of another account before"):
        process(engine).register([source("a", "200", "j"), source("b", "100", "k")])
    assert look(SOURCES) == before


def test_check_raises_what_registering_would_raise_and_changes_nothing(engine: Engine, look: Look) -> None:
    check_sources(engine, [source()])
    assert look(SOURCES) == []
    process(engine).register([source(), source("other", "200", "j")])
    before = look(SOURCES)
    check_sources(engine, [source("renamed"), source("other", "200", "j")])
    with pytest.raises(ConfigurationError):
        check_sources(engine, [source("other"), source("mps", "200", "j")])
    assert look(SOURCES) == before


def test_each_region_is_a_separate_stream(engine: Engine, look: Look) -> None:
    store_ = process(engine)
    for region in ("ap-guangzhou", "ap-singapore", "ap-guangzhou"):
        with store_.claim(Stream(source(), region)) as ours:
            store(ours, begin(ours), see("same id"))
    rows = look("SELECT region, task_id FROM reporting.tasks ORDER BY region")
    assert [row["region"] for row in rows] == ["ap-guangzhou", "ap-singapore"]


def test_schedule_follows_the_configuration(engine: Engine, look: Look) -> None:
    schedule = "SELECT poll_every, sweep_every, retention FROM sync.streams"
    with process(engine).claim(Stream(source())):
        pass
    assert look(schedule)[0]["retention"] == timedelta(days=7)
    with process(engine).claim(Stream(source(retention=None, poll_every=timedelta(seconds=0.5)))):
        pass
    (row,) = look(schedule)
    assert (row["retention"], row["poll_every"]) == (None, timedelta(milliseconds=500))


def test_time_zone_is_set_once(pg: PgStore, look: Look) -> None:
    pg.configure("Asia/Shanghai")
    before = look("SELECT xmin::text, time_zone FROM sync.settings")
    pg.configure("Asia/Shanghai")
    assert look("SELECT xmin::text, time_zone FROM sync.settings") == before
    assert before[0]["time_zone"] == "Asia/Shanghai"


def test_partitions_are_created_in_advance(pg: PgStore, look: Look) -> None:
    now = datetime(2031, 11, 30, 23, 59, tzinfo=UTC)
    assert pg.ensure_partitions(now) == 4
    assert pg.ensure_partitions(now) == 0
    names = "SELECT relname FROM pg_class WHERE relname ~ '^task_versions_203' AND relkind = 'r' ORDER BY 1"
    found = [row["relname"] for row in look(names)]
    months = ("2031_11", "2031_12", "2032_01", "2032_02")
    assert found == [f"task_versions_{month}" for month in months]


def test_new_partition_takes_rows_from_the_default_partition(pg: PgStore, stream: Stream, look: Look) -> None:
    with pg.claim(stream) as ours:
        run = begin(ours)
        store(ours, run, see("t"))
        store(ours, run, see("t", "failed", at=5))
    look("UPDATE sync.task_versions SET replaced_at = '2041-05-31 23:59:59.999999+00'")
    where = "SELECT tableoid::regclass::text AS part FROM sync.task_versions"
    assert look(where) == [{"part": "sync_history.task_versions_default"}]
    assert pg.ensure_partitions(datetime(2041, 5, 2, tzinfo=UTC)) == 4
    assert look(where) == [{"part": "sync_history.task_versions_2041_05"}]
