"""Registration: a renamed source keeps its history, and two sources cannot read the same list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import LiteralString

import pytest
from sqlalchemy import Engine

from syncer.errors import ConfigurationError, LeaseLost, SchemaError, StoreUnavailable
from syncer.model import Source, Stream
from syncer.storage import PgStore
from syncer.storage.read import load_report_settings
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
    ("before", "after"),
    [
        (source(), source("new", account="200", key_hash="j")),
        (source(account="AKID***0000"), source("new", account="AKID***0000", key_hash="j")),
    ],
    ids=["account and key", "masked keys that look alike"],
)
def test_other_account_is_another_source(engine: Engine, look: Look, before: Source, after: Source) -> None:
    process(engine).register([before])
    process(engine).register([after])
    assert [row["name"] for row in look(SOURCES)] == ["mps", "new"]


@pytest.mark.parametrize(
    "renamed",
    [source("new", key_hash="j"), source("new", key_hash=""), source("new", account="200")],
    ids=["other key", "session token", "other name of the account"],
)
def test_source_is_renamed_although_its_key_or_account_changes(
    engine: Engine, look: Look, renamed: Source
) -> None:
    """Two sources of one key or account would be refused, so a new one is the old one with another name."""
    with process(engine).claim(Stream(source())) as ours:
        store(ours, begin(ours), see("t"))
    with process(engine).claim(Stream(renamed)) as ours:
        assert set(ours.open_tasks()) == {"t"}
    assert [row["name"] for row in look(SOURCES)] == ["new"]


def test_rotated_key_is_the_same_source(engine: Engine, look: Look) -> None:
    process(engine).register([source()])
    process(engine).register([source(key_hash="j")])
    process(engine).register([source(account="renamed", key_hash="j")])
    (row,) = look(SOURCES)
    assert (row["account"], row["key_hash"]) == ("renamed", "j")


def test_rotated_key_of_an_unnamed_account_is_the_same_source(engine: Engine, look: Look) -> None:
    process(engine).register([source(account="AKID***wxyz")])
    process(engine).register([source(account="AKID***abcd", key_hash="j")])
    assert [row["account"] for row in look(SOURCES)] == ["AKID***abcd"]


def test_name_of_another_account_is_refused(engine: Engine, look: Look) -> None:
    process(engine).register([source()])
    before = look(SOURCES)
    with pytest.raises(ConfigurationError, match="mps was of the account 100 before, and is of 200 now"):
        process(engine).register([source(account="200", key_hash="j")])
    assert look(SOURCES) == before


def test_former_name_of_a_renamed_source_is_refused_for_another(engine: Engine, look: Look) -> None:
    first, second = source(account="K***k"), source(account="K***j", key_hash="j")
    process(engine).register([first])
    before = look(SOURCES)
    with pytest.raises(ConfigurationError, match="mps was of another account before, which is old now"):
        process(engine).register([second, source("old", account="K***k")])
    assert look(SOURCES) == before


def test_source_of_a_later_process_is_left_alone(
    engine: Engine, look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    """Two daemons with one name for two accounts, or with two names for one account."""
    first, second = process(engine), process(engine)
    with first.claim(Stream(source(account="K***k"))) as ours:
        store(ours, begin(ours), see("t"))
    second.register([source("new", account="K***k")])
    for _ in range(2):
        # It reads the same list: under the name that the later process has given.
        with first.claim(Stream(source(account="K***k"))) as ours:
            assert set(ours.open_tasks()) == {"t"}
    assert [row["name"] for row in look(SOURCES)] == ["new"]
    assert caplog.messages.count("source.renamed_elsewhere") == 1
    assert first.retire({"mps": ["global"]}) == []
    second.register([source("new", account="K***j", key_hash="j")])
    # It would read another list into this history, or take the source back at each poll.
    for _ in range(2):
        with first.claim(Stream(source(account="K***k"))) as ours:
            assert ours.open_tasks() == {}
    assert [(row["name"], row["key_hash"]) for row in look(SOURCES)] == [("new", "j"), ("mps", "k")]


def test_earlier_process_does_not_take_a_name_back(engine: Engine) -> None:
    first, second = process(engine), process(engine)
    first.register([source(account="K***k")])
    second.register([source(account="K***j", key_hash="j")])
    with pytest.raises(ConfigurationError, match="another, which started later, reads the source mps with"):
        first.claim(Stream(source(account="K***k"))).__enter__()


_LOSSES = {
    "all rows": "TRUNCATE sync.sources, sync.streams, sync.leases, sync.runs, sync.checkpoints,"
    " sync.rejected_records, sync.quirks",
    "streams": "TRUNCATE sync.streams, sync.leases, sync.runs, sync.checkpoints, sync.rejected_records",
    "leases": "TRUNCATE sync.leases",
    "another account's id": "UPDATE sync.sources SET name = 'b', account = '300', key_hash = 'x'",
    "another provider's id": "UPDATE sync.sources SET name = 'b', provider = 'baidu_vod'",
    "an older key": "UPDATE sync.sources SET key_hash = 'older', writer_started_at = NULL",
    "an older name": "UPDATE sync.sources SET name = 'older', writer_started_at = NULL",
}


@pytest.mark.parametrize("loss", _LOSSES.values(), ids=_LOSSES)
def test_lost_rows_are_registered_again_at_once(engine: Engine, look: Look, loss: LiteralString) -> None:
    """As after a failover that lost commits, or after a restore, under a process that goes on."""
    running = process(engine)
    with running.claim(Stream(source())) as before:
        run = begin(before)
        look(loss)
        if "leases" in loss:
            with pytest.raises(LeaseLost):
                store(before, run, see("lost"))
    with running.claim(Stream(source())) as ours:
        assert store(ours, begin(ours), see("t")).inserted == 1
    rows = look("SELECT source, account FROM reporting.tasks WHERE task_id = 't'")
    assert rows == [{"source": "mps", "account": "100"}]


def test_rows_that_vanish_during_a_claim_are_registered_by_the_next_one(
    engine: Engine, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = process(engine)
    register = running._register_stream

    def register_and_lose(stream: Stream) -> object:
        registered = register(stream)
        look(_LOSSES["all rows"])
        return registered

    monkeypatch.setattr(running, "_register_stream", register_and_lose)
    with pytest.raises(StoreUnavailable, match="foreign key"):
        running.claim(Stream(source())).__enter__()
    monkeypatch.undo()
    with running.claim(Stream(source())) as ours:
        assert ours.open_tasks() == {}


def test_database_without_our_tables_is_a_schema_error(url: str, engine: Engine, look: Look) -> None:
    running = process(engine)
    running.register([source()])
    look("ALTER SCHEMA sync RENAME TO elsewhere")
    try:
        for act in (lambda: running.claim(Stream(source())).__enter__(), lambda: running.configure("UTC")):
            with pytest.raises(SchemaError, match=r"not as `syncer migrate` made it: .* exist; type `syncer"):
                act()
    finally:
        look("ALTER SCHEMA elsewhere RENAME TO sync")
    with running.claim(Stream(source())) as ours:
        assert ours.open_tasks() == {}


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


def test_changed_or_lost_settings_are_stored_again(
    engine: Engine, look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    zone, hour = "SELECT time_zone FROM sync.settings", timedelta(hours=1)
    running = process(engine)
    running.configure("Asia/Shanghai", queue_target=hour)
    assert caplog.messages == []
    for loss in ("UPDATE sync.settings SET time_zone = 'UTC'", "DELETE FROM sync.settings"):
        look(loss)
        assert (load_report_settings(engine) is None) == loss.startswith("DELETE")
        running.configure("Asia/Shanghai", queue_target=hour)
        running.configure("Asia/Shanghai", queue_target=hour)
        assert look(zone) == [{"time_zone": "Asia/Shanghai"}]
    assert caplog.messages == ["settings.restored"] * 2
    (row,) = look("SELECT queue_target, run_target FROM sync.settings")
    assert row == {"queue_target": hour, "run_target": hour}


def test_settings_of_the_process_that_started_last_stay(
    engine: Engine, look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = process(engine), PgStore(engine, holder="host:2")
    first.configure("UTC")
    second.configure("Asia/Tokyo")
    for _ in range(3):
        first.configure("Europe/Berlin")
        second.configure("Asia/Tokyo")
    assert look("SELECT time_zone FROM sync.settings") == [{"time_zone": "Asia/Tokyo"}]
    assert caplog.messages == ["settings.overridden"]
    found = {name: getattr(caplog.records[0], name) for name in ("stored", "configured", "by")}
    expected = ("time_zone = Asia/Tokyo", "time_zone = Europe/Berlin", "host:2")
    stored_settings = load_report_settings(engine)
    assert stored_settings is not None
    assert (stored_settings.time_zone, stored_settings.written_by) == ("Asia/Tokyo", "host:2")
    assert tuple(found.values()) == expected
    process(engine).configure("Europe/Berlin")
    assert look("SELECT time_zone FROM sync.settings") == [{"time_zone": "Europe/Berlin"}]


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
