"""The problems of an invalid configuration file: the place of each, and what to write instead."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syncer.config import load
from syncer.errors import ConfigurationError
from tests.support.config_files import MPS, TAT, problems, read


def test_all_problems_are_reported_at_once(folder: Path) -> None:
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
    ("line", "message"),
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
        ('credentials_command = "keys"', "credentials_command (mps): must be a list; for example"),
        (
            'access_key = "a"\ncredentials_command = ["hunter2"]',
            "access_key (mps): omit it: credentials_command prints all three",
        ),
        ('regions = ["ap-guangzhou"]', "regions (mps): unknown key for a source of tencent_mps"),
        ('account = ""', "account (mps): must not be empty; for example account ="),
        ("account = 1", "account (mps): must be a string; for example account ="),
        ("ca_file = 1", "ca_file (mps): must be a string; for example ca_file ="),
        ('page_size = "many"', "page_size (mps): must be a whole number; for example page_size = 100"),
        ("page_size = 1.5", "page_size (mps): must be a whole number; for example page_size = 100"),
        ("requests_per_second = []", "requests_per_second (mps): must be a number; for example"),
        ("lookback = 1", "lookback (mps): must be a table; for example lookback = { min ="),
        ('redact = "a"', "redact (mps): must be a list; for example redact = ["),
    ],
)
def test_problem_says_what_to_write(folder: Path, line: str, message: str) -> None:
    first = problems(folder, MPS + line + "\n")[0]
    assert first.startswith(f"sources[0].{message}")
    assert "hunter2" not in first


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('regions = ["a", "a"]', 'regions (tat): write regions = ["…", …] or "all"'),
        ('regions = ["all"]', 'regions (tat): write regions = ["…", …] or "all"'),
        ('regions = ["a", 1]', 'regions (tat): write regions = ["…", …] or "all"'),
        ('outputs = "perhaps"', "outputs (tat): write outputs = true or false"),
        ("page_size = 101", "page_size (tat): write a number from 1 to 100"),
    ],
)
def test_options_of_the_provider_are_validated(folder: Path, line: str, message: str) -> None:
    key = line.split(" ")[0]
    text = "".join(each + "\n" for each in TAT.splitlines() if not each.startswith(key)) + line + "\n"
    assert problems(folder, text) == [f"sources[0].{message}"]


def test_invalid_key_does_not_hide_the_others(folder: Path) -> None:
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


def test_token_of_a_vendor_that_names_no_account_needs_one(folder: Path) -> None:
    keys = 'access_key = "a"\nsecret_key = "b"\nsession_token = {}\n'
    vod = '[[sources]]\nname = "vod"\nprovider = "baidu_vod"\n' + keys
    required = "sources[0].account (vod): is missing: a session token needs `account`; write account ="
    assert problems(folder, vod.format('{ file = "t" }'))[0].startswith(required)
    assert read(folder, vod.format('{ env = "TOKEN" }'))
    assert read(folder, vod.format('"t"\naccount = "media"'))
    assert read(folder, MPS + keys.format('"t"'))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("secret_id", "access_key"),
        ("TmpSecretKey", "secret_key"),
        ("access_key_secret", "secret_key"),
        ("AccessKeyId", "access_key"),
        ("SecurityToken", "session_token"),
        ("token", "session_token"),
        ("sk", "secret_key"),
    ],
)
def test_vendors_name_of_a_credential_is_translated(folder: Path, written: str, meant: str) -> None:
    (problem,) = problems(folder, MPS + f'{written} = "hunter2"\n')
    assert problem.endswith(f'unknown key for a source of tencent_mps; did you mean "{meant}"?')


def test_listen_accepts_ipv6(folder: Path) -> None:
    listen = read(folder, '[daemon]\nlisten = "[::1]:8321"').daemon.listen
    assert (listen.host, listen.port, str(listen)) == ("::1", 8321, "[::1]:8321")


@pytest.mark.parametrize("lease", ["100ms", "2h"])
def test_lease_has_bounds(folder: Path, lease: str) -> None:
    assert problems(folder, f'[daemon]\nlease = "{lease}"') == [
        'daemon.lease: write a duration from "1s" to "1h"'
    ]


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-a", "x" * 64])
def test_name_has_safe_characters_only(folder: Path, name: str) -> None:
    found = problems(folder, MPS.replace('"mps"', f'"{name}"'))
    assert "write a name of up to 63 letters, digits" in found[0]


def test_name_may_be_chinese(folder: Path) -> None:
    assert read(folder, MPS.replace('"mps"', '"视频转码-1"')).sources[0].name == "视频转码-1"


def test_key_with_an_underscore_is_unknown(folder: Path) -> None:
    assert problems(folder, '_env_file = "x"') == [
        "_env_file: unknown key; the keys are database, daemon, reporting, history, sources"
    ]


@pytest.mark.parametrize(
    ("written", "keep"), [("forever", None), ("730d", timedelta(days=730))], ids=["forever", "two-years"]
)
def test_history_is_kept_as_configured(folder: Path, written: str, keep: timedelta | None) -> None:
    assert read(folder, f'[history]\nkeep = "{written}"').history.keep == keep
    assert read(folder, "").history.keep is None


@pytest.mark.parametrize("written", ['"0d"', '"ever"', "90", "true", '"1h"', '"30d"'])
def test_invalid_duration_of_the_history_is_refused(folder: Path, written: str) -> None:
    assert problems(folder, f"[history]\nkeep = {written}") == [
        'history.keep: write "forever", or a duration of at least "31d", such as "730d"'
    ]


def test_single_source_table_is_explained(folder: Path) -> None:
    assert "each beneath a line [[sources]]" in problems(folder, '[sources]\nname = "mps"')[0]


def test_broken_toml_is_located(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"is not TOML: .*line 2"):
        read(folder, "[database]\nurl = \n")


def test_unreadable_file_is_reported(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot read .*: Is a directory"):
        load(folder)


@pytest.mark.parametrize("provider", ["5", "true"])
def test_provider_must_be_text(folder: Path, provider: str) -> None:
    found = problems(folder, f'[[sources]]\nname = "x"\nprovider = {provider}\n')
    assert found == ['sources[0].provider (x): must be a string; for example provider = "tencent_mps"']


def test_other_encoding_is_reported(folder: Path) -> None:
    path = folder / "syncer.toml"
    path.write_bytes("# 任务".encode("gbk"))
    with pytest.raises(ConfigurationError, match="not text in UTF-8"):
        load(path)


def test_byte_order_mark_is_accepted(folder: Path) -> None:
    path = folder / "syncer.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MPS.encode())
    assert len(load(path).sources) == 1
