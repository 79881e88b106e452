"""The configuration file: what a complete one gives, and what a wrong one is told."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from syncer.config import Address, Settings, find, load
from syncer.credentials import (
    CommandCredentials,
    EnvironmentCredentials,
    EnvironmentSecret,
    FileSecret,
    InlineSecret,
    SeparateSecrets,
)
from syncer.errors import ConfigurationError
from syncer.model import Credentials

MPS = '[[sources]]\nname = "mps"\nprovider = "tencent_mps"\nsite = "cn"\n'
TAT = '[[sources]]\nname = "tat"\nprovider = "tencent_tat"\nregions = ["ap-guangzhou"]\n'


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("SYNCER_"):
            monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, text: str) -> Settings:
    path = folder / "syncer.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def problems(folder: Path, text: str) -> list[str]:
    """What is said of a wrong file, line by line without the heading."""
    with pytest.raises(ConfigurationError) as failure:
        read(folder, text)
    heading, *lines = failure.value.message.split("\n")
    assert re.fullmatch(rf"{len(lines)} problems? in .*syncer\.toml:", heading)
    return [line.strip() for line in lines]


SHAPE = """
[database]
url = "postgresql://syncer@db/syncer"
[daemon]
listen = "127.0.0.1:8321"
lease = "10s"
[reporting]
time_zone = "Asia/Shanghai"
[[sources]]
name = "mps-cn"
provider = "tencent_mps"
site = "cn"
access_key = { env = "TENCENTCLOUD_SECRET_ID" }
secret_key = { file = "/run/secrets/tencent_key" }
session_token = { env = "TENCENTCLOUD_TOKEN" }
poll_every = "1m"
sweep_every = "6h"
retention = "7d"
requests_per_second = 20
endpoint = "https://mps.example"
page_size = 100
visibility_lag = "5s"
lookback = { min = "10s", max = "1d" }
[[sources]]
name = "tat"
provider = "tencent_tat"
regions = ["ap-guangzhou", "ap-singapore"]
outputs = false
command_content = false
redact = ["CommandDocument.Username"]
"""


def test_whole_file_is_read(folder: Path) -> None:
    settings = read(folder, SHAPE)
    assert (
        settings.database.url and settings.database.url.get_secret_value() == "postgresql://syncer@db/syncer"
    )
    assert settings.daemon.listen == Address("127.0.0.1", 8321)
    assert settings.lease == timedelta(seconds=10)
    assert settings.reporting.time_zone == "Asia/Shanghai"
    mps, tat = settings.sources
    assert mps.secrets == SeparateSecrets(
        EnvironmentSecret("TENCENTCLOUD_SECRET_ID"),
        FileSecret(Path("/run/secrets/tencent_key")),
        EnvironmentSecret("TENCENTCLOUD_TOKEN"),
    )
    assert (mps.provider_name, mps.unsigned.site, mps.requests_per_second) == ("tencent_mps", "cn", 20)
    assert (mps.unsigned.poll_every, mps.unsigned.lookback_max) == (timedelta(minutes=1), timedelta(days=1))
    assert mps.regions == ("global",)
    assert tat.regions == ("ap-guangzhou", "ap-singapore")
    assert tat.redact == ("CommandDocument.Username",)


def test_empty_file_has_defaults(folder: Path) -> None:
    settings = read(folder, "")
    assert settings.sources == ()
    assert settings.database.url is None and settings.database.data_dir is None
    assert (str(settings.daemon.listen), settings.reporting.time_zone) == ("127.0.0.1:8321", "UTC")


def test_left_out_values_are_the_providers(folder: Path) -> None:
    source = read(folder, MPS).sources[0]
    assert source.unsigned.retention == timedelta(days=7)
    assert source.unsigned.page_size == source.provider.facts.page_size
    assert source.requests_per_second == source.provider.facts.requests_per_second
    assert source.secrets == EnvironmentCredentials(source.provider.facts.environment)


@pytest.mark.parametrize(
    ("poll_every", "retention"), [("1s", "60s"), ("500ms", "10s"), ("1m", "7d"), ("6h", "1d"), (None, "60s")]
)
def test_default_durations_fit_each_other(folder: Path, poll_every: str | None, retention: str) -> None:
    poll = f'poll_every = "{poll_every}"\n' if poll_every else ""
    source = read(folder, MPS + poll + f'retention = "{retention}"\n').sources[0].unsigned
    assert source.retention is not None and source.detail_retention is not None
    assert source.poll_every * 2 <= source.retention
    assert source.poll_every <= source.sweep_every <= source.retention / 2
    assert source.visibility_lag <= source.retention / 10
    assert source.lookback_min <= source.lookback_max <= source.retention / 2
    assert source.detail_retention <= source.retention


def test_all_regions_are_asked_for(folder: Path) -> None:
    text = TAT.replace('["ap-guangzhou"]', '"all"')
    assert read(folder, text).sources[0].regions is None


def test_relative_paths_begin_at_the_files_folder(folder: Path) -> None:
    text = '[database]\ndata_dir = "data"\n' + MPS + 'ca_file = "ca.pem"\naccess_key = "AKID"\n'
    settings = read(folder, text + 'secret_key = { file = "key" }\n')
    assert settings.database.data_dir == folder / "data"
    assert settings.sources[0].ca_file == folder / "ca.pem"
    assert settings.sources[0].secrets == SeparateSecrets(InlineSecret("AKID"), FileSecret(folder / "key"))


def test_command_gives_all_three(folder: Path) -> None:
    source = read(folder, MPS + 'credentials_command = ["./keys", "mps"]\n').sources[0]
    assert source.secrets == CommandCredentials(("./keys", "mps"), folder=folder)


# Account


def test_access_key_stands_for_the_account(folder: Path) -> None:
    unsigned = read(folder, MPS).sources[0]
    source = unsigned.source(Credentials("AKIDabcdefghWXYZ", "secret"))
    assert source.account == "AKID***WXYZ"
    assert source.key_hash and "AKID" not in source.key_hash


def test_account_of_a_session_is_steady(folder: Path) -> None:
    unsigned = read(folder, MPS).sources[0]
    accounts = {unsigned.source(Credentials(key, "secret", "token")).account for key in ("tmp-1", "tmp-2")}
    assert accounts == {"mps"}


def test_configured_account_is_kept(folder: Path) -> None:
    unsigned = read(folder, MPS + 'account = "1000012"\n').sources[0]
    assert unsigned.source(Credentials("AKIDabcdefghWXYZ", "secret")).account == "1000012"


# Environment


def test_environment_goes_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", "postgresql://env@db/other")
    monkeypatch.setenv("SYNCER_DAEMON__LISTEN", "")
    settings = read(folder, SHAPE)
    assert settings.database.url and settings.database.url.get_secret_value() == "postgresql://env@db/other"
    assert settings.daemon.lease == timedelta(seconds=10)
    assert str(settings.daemon.listen) == "127.0.0.1:8321"


def test_environment_is_checked_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_DATABSE__URL", "postgresql://u:hunter2@db/other")
    with pytest.raises(ConfigurationError, match='did you mean "SYNCER_DATABASE__URL"') as caught:
        read(folder, MPS)
    assert "hunter2" not in str(caught.value)
    monkeypatch.delenv("SYNCER_DATABSE__URL")
    monkeypatch.setenv("SYNCER_DAEMON__LISTENS", "127.0.0.1:1")
    assert problems(folder, "") == ['daemon.listens: unknown key; did you mean "listen"?']


def test_environment_that_is_no_json_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_SOURCES", "hunter2")
    [problem] = problems(folder, "")
    assert problem.startswith("environment:") and "sources" in problem and "hunter2" not in problem


# Problems


def test_all_problems_are_told_at_once(folder: Path) -> None:
    text = """
[database]
url = "mysql://root:hunter2@db/x"
[reporting]
time_zone = "Asia/Shangai"
[demon]
[[sources]]
name = "mps"
provider = "tencent_mps"
site = "us"
poll_evry = "1m"
page_size = 500
[[sources]]
name = "mps"
provider = "tencent_tat"
poll_every = 60
regions = []
secret_key = "hunter2"
[[sources]]
provider = "baidu_vdo"
"""
    assert problems(folder, text) == [
        "database.url: write postgresql://user:password@host:5432/database",
        'reporting.time_zone: no such time zone; did you mean "Asia/Shanghai"?',
        'demon: unknown key; did you mean "daemon"?',
        'sources[0].poll_evry (mps): unknown key for a source of tencent_mps; did you mean "poll_every"?',
        'sources[0].site (mps): write site = "cn" or "intl"',
        'sources[1].poll_every (mps): write a duration such as "500ms", "2s", "1m", "6h" or "7d"',
        "sources[1].access_key (mps): is required with secret_key",
        'sources[1].regions (mps): write regions = ["…", …] or "all"',
        'sources[2].name: is missing; write name = "mps-cn"',
        'sources[2].provider: unknown provider; did you mean "baidu_vod"?',
        "sources[1].name (mps): is already the name of sources[0]; write another one",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('poll_every = "0s"', 'poll_every (mps): write a duration longer than zero, such as "1s"'),
        (
            'poll_every = "4d"',
            'poll_every (mps): write "84h" or less: two polls must fit into 7d (retention)',
        ),
        ('poll_every = "7h"\nsweep_every = "6h"', 'sweep_every (mps): write "7h" (poll_every) or more'),
        ('visibility_lag = "8d"', "visibility_lag (mps): write less than 7d"),
        ('lookback = { min = "2d", max = "1d" }', "lookback (mps): write a min that is not longer than max"),
        ('lookback = { mini = "2d" }', 'lookback.mini (mps): unknown key; did you mean "min"?'),
        ("page_size = 0", "page_size (mps): must be greater than or equal to 1; for example page_size = 100"),
        ("page_size = 101", "page_size (mps): write a number from 1 to 100"),
        ("requests_per_second = 0", "requests_per_second (mps): must be greater than 0; for example"),
        ("requests_per_second = nan", "requests_per_second (mps): must be a finite number; for example"),
        (
            'endpoint = "ftp://x"',
            "endpoint (mps): write https://host or https://host:port, without a path",
        ),
        ('endpoint = "https://me:hunter2@x"', "endpoint (mps): write https://host or https://host:port"),
        ('endpoint = "https://x/api"', "endpoint (mps): write https://host or https://host:port"),
        ('endpoint = "https://x:hunter2"', "endpoint (mps): write https://host or https://host:port"),
        (
            'proxy = "me:hunter2@proxy:3128"',
            "proxy (mps): write http://host:port or http://user:password@host:port",
        ),
        ('redact = ["a..b"]', "redact[0] (mps): write field names joined by dots"),
        ('access_key = ""', 'access_key (mps): write the secret itself, { env = "NAME" } or { file ='),
        ('access_key = { enw = "hunter2" }', 'access_key (mps): write the secret itself, { env = "NAME" }'),
        ('session_token = "hunter2"', "access_key (mps): is required with session_token"),
        ("credentials_command = []", 'credentials_command (mps): is empty; write ["program", "argument"]'),
        ('credentials_command = "keys"', "credentials_command (mps): must be a tuple; for example"),
        (
            'access_key = "a"\ncredentials_command = ["hunter2"]',
            "access_key (mps): omit it: credentials_command prints all three",
        ),
        ('regions = ["ap-guangzhou"]', "regions (mps): unknown key for a source of tencent_mps"),
        ('account = ""', "account (mps): String should have at least 1 character; for example"),
    ],
)
def test_problem_says_what_to_write(folder: Path, line: str, said: str) -> None:
    first = problems(folder, MPS + line + "\n")[0]
    assert first.startswith(f"sources[0].{said}")
    assert "hunter2" not in first


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('regions = ["a", "a"]', 'regions (tat): write regions = ["…", …] or "all"'),
        ('regions = ["all"]', 'regions (tat): write regions = ["…", …] or "all"'),
        ('regions = ["a", 1]', 'regions (tat): write regions = ["…", …] or "all"'),
        ('outputs = "perhaps"', "outputs (tat): write outputs = true or false"),
        ("page_size = 101", "page_size (tat): write a number from 1 to 100"),
    ],
)
def test_options_of_the_provider_are_checked(folder: Path, line: str, said: str) -> None:
    key = line.split(" ")[0]
    text = "".join(each + "\n" for each in TAT.splitlines() if not each.startswith(key)) + line + "\n"
    assert problems(folder, text) == [f"sources[0].{said}"]


def test_wrong_key_does_not_hide_the_others(folder: Path) -> None:
    found = problems(folder, MPS + 'poll_every = 60\npage_size = 500\nsweep_every = "8d"\nretention = "1s"\n')
    assert [problem.split(" ")[0] for problem in found] == ["sources[0].poll_every", "sources[0].page_size"]


def test_missing_option_is_named(folder: Path) -> None:
    text = MPS.replace('site = "cn"\n', "")
    assert problems(folder, text) == ['sources[0].site (mps): is missing; write site = "cn" or "intl"']


@pytest.mark.parametrize("listen", ["8321", "localhost:", ":8321", "::1:8321", "[::1]", "[x]:1", "a:65536"])
def test_listen_needs_host_and_port(folder: Path, listen: str) -> None:
    assert problems(folder, f'[daemon]\nlisten = "{listen}"')[0].startswith(
        "daemon.listen: write host and port"
    )


def test_listen_knows_ipv6(folder: Path) -> None:
    listen = read(folder, '[daemon]\nlisten = "[::1]:8321"').daemon.listen
    assert (listen.host, listen.port, str(listen)) == ("::1", 8321, "[::1]:8321")


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "/etc/localtime", "Asia", ""])
def test_time_zone_must_exist(folder: Path, zone: str) -> None:
    assert problems(folder, f'[reporting]\ntime_zone = "{zone}"')[0].startswith(
        "reporting.time_zone: no such"
    )


@pytest.mark.parametrize("lease", ["100ms", "2h"])
def test_lease_must_work(folder: Path, lease: str) -> None:
    assert problems(folder, f'[daemon]\nlease = "{lease}"') == [
        'daemon.lease: write a duration from "1s" to "1h"'
    ]


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-a", "x" * 64])
def test_name_must_be_usable_everywhere(folder: Path, name: str) -> None:
    found = problems(folder, MPS.replace('"mps"', f'"{name}"'))
    assert "write a name of up to 63 letters, digits" in found[0]


def test_name_may_be_chinese(folder: Path) -> None:
    assert read(folder, MPS.replace('"mps"', '"视频转码-1"')).sources[0].name == "视频转码-1"


def test_private_argument_is_an_unknown_key(folder: Path) -> None:
    assert problems(folder, '_env_file = "x"') == [
        "_env_file: unknown key; the keys are database, daemon, reporting, history, sources"
    ]


@pytest.mark.parametrize(
    ("written", "keep"), [("forever", None), ("730d", timedelta(days=730))], ids=["forever", "two-years"]
)
def test_history_is_kept_as_long_as_written(folder: Path, written: str, keep: timedelta | None) -> None:
    assert read(folder, f'[history]\nkeep = "{written}"').history.keep == keep
    assert read(folder, "").history.keep is None


@pytest.mark.parametrize("written", ['"0d"', '"ever"', "90", "true"])
def test_history_cannot_be_kept_otherwise(folder: Path, written: str) -> None:
    assert problems(folder, f"[history]\nkeep = {written}") == [
        'history.keep: write "forever", or a duration such as "730d"'
    ]


def test_single_source_table_is_explained(folder: Path) -> None:
    assert "each beneath a line [[sources]]" in problems(folder, '[sources]\nname = "mps"')[0]


def test_broken_toml_is_located(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"is not TOML: .*line 2"):
        read(folder, "[database]\nurl = \n")


def test_unreadable_file_is_told(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot read .*: Is a directory"):
        load(folder)


@pytest.mark.parametrize("kind", ["5", "true"])
def test_provider_must_be_text(folder: Path, kind: str) -> None:
    found = problems(folder, f'[[sources]]\nname = "x"\nprovider = {kind}\n')
    assert found == ['sources[0].provider (x): must be a string; for example provider = "tencent_mps"']


def test_other_encoding_is_told(folder: Path) -> None:
    path = folder / "syncer.toml"
    path.write_bytes("# 任务".encode("gbk"))
    with pytest.raises(ConfigurationError, match="not text in UTF-8"):
        load(path)


def test_byte_order_mark_does_not_matter(folder: Path) -> None:
    path = folder / "syncer.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MPS.encode())
    assert len(load(path).sources) == 1


# Secrets


def test_secrets_show_in_no_repr(folder: Path) -> None:
    text = SHAPE.replace("syncer@db", "syncer:hunter2@db").replace(
        '{ env = "TENCENTCLOUD_SECRET_ID" }', '"hunter2"'
    )
    settings = read(folder, text.replace("outputs = false", 'proxy = "http://me:hunter2@proxy:1"'))
    assert "hunter2" not in repr(settings) + str(settings)
    assert set(settings.passwords()) == {"hunter2"}


def test_escaped_password_is_told_in_both_spellings(folder: Path) -> None:
    settings = read(folder, '[database]\nurl = "postgresql://a:b%40c@db/x"')
    assert set(settings.passwords()) == {"b%40c", "b@c"}


# Finding it


def test_option_goes_before_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.toml", "two.toml", "syncer.toml"):
        (folder / name).write_text("")
    monkeypatch.chdir(folder)
    assert find() == folder / "syncer.toml"
    monkeypatch.setenv("SYNCER_CONFIG", "two.toml")
    assert find() == folder / "two.toml"
    assert find(Path("one.toml")) == folder / "one.toml"


def test_missing_file_says_how_to_begin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigurationError, match=r"syncer init.*--config FILE or SYNCER_CONFIG"):
        find()
    with pytest.raises(ConfigurationError, match=r"syncer init --config other\.toml"):
        find(Path("other.toml"))
