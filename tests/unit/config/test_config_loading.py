"""Loading of the configuration file: values, defaults, environment, accounts, secrets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syncer.config import Address, find, readable_by_others
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
from tests.support.config_files import MPS, TAT, problems, read

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


def test_complete_file_is_loaded(folder: Path) -> None:
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


def test_missing_values_are_those_of_the_provider(folder: Path) -> None:
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


def test_all_regions_are_requested(folder: Path) -> None:
    text = TAT.replace('["ap-guangzhou"]', '"all"')
    assert read(folder, text).sources[0].regions is None


def test_relative_paths_start_at_the_folder_of_the_file(folder: Path) -> None:
    text = '[database]\ndata_dir = "data"\n' + MPS + 'ca_file = "ca.pem"\naccess_key = "AKID"\n'
    settings = read(folder, text + 'secret_key = { file = "key" }\n')
    assert settings.database.data_dir == folder / "data"
    assert settings.sources[0].ca_file == folder / "ca.pem"
    assert settings.sources[0].secrets == SeparateSecrets(InlineSecret("AKID"), FileSecret(folder / "key"))


def test_credentials_command_replaces_the_keys(folder: Path) -> None:
    source = read(folder, MPS + 'credentials_command = ["./keys", "mps"]\n').sources[0]
    assert source.secrets == CommandCredentials(("./keys", "mps"), folder=folder)


# Account


def test_account_is_the_masked_access_key_by_default(folder: Path) -> None:
    unsigned = read(folder, MPS).sources[0]
    source = unsigned.source(Credentials("AKIDabcdefghWXYZ", "secret"))
    assert source.account == "AKID***WXYZ"
    assert source.key_hash and "AKID" not in source.key_hash


def test_account_of_temporary_keys_is_required(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^mps: a session token needs `account`; write account ="):
        read(folder, MPS).sources[0].source(Credentials("tmp-1", "secret", "token"))


def test_identity_of_temporary_keys_does_not_change(folder: Path) -> None:
    unsigned = read(folder, MPS + 'account = "1000012"\n').sources[0]
    sources = [unsigned.source(Credentials(key, "secret", "token")) for key in ("tmp-1", "tmp-2")]
    assert sources[0] == sources[1]
    assert (sources[0].account, sources[0].key_hash) == ("1000012", "")


def test_configured_account_is_kept(folder: Path) -> None:
    unsigned = read(folder, MPS + 'account = "1000012"\n').sources[0]
    assert unsigned.source(Credentials("AKIDabcdefghWXYZ", "secret")).account == "1000012"


# Environment


def test_environment_overrides_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", "postgresql://env@db/other")
    monkeypatch.setenv("SYNCER_DAEMON__LISTEN", "")
    settings = read(folder, SHAPE)
    assert settings.database.url and settings.database.url.get_secret_value() == "postgresql://env@db/other"
    assert settings.daemon.lease == timedelta(seconds=10)
    assert str(settings.daemon.listen) == "127.0.0.1:8321"


def test_environment_is_validated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_DATABSE__URL", "postgresql://u:hunter2@db/other")
    with pytest.raises(ConfigurationError, match='did you mean "SYNCER_DATABASE__URL"') as caught:
        read(folder, MPS)
    assert "hunter2" not in str(caught.value)
    monkeypatch.delenv("SYNCER_DATABSE__URL")
    monkeypatch.setenv("SYNCER_DAEMON__LISTENS", "127.0.0.1:1")
    assert problems(folder, "") == ['daemon.listens: unknown key; did you mean "listen"?']


def test_invalid_json_in_the_environment_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_SOURCES", "hunter2")
    [problem] = problems(folder, "")
    assert problem == "SYNCER_SOURCES: in the environment: must be JSON"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SYNCER_DATABASE_URL", "SYNCER_DATABASE__URL"),
        ("SYNCER_DATABASE_URI", "SYNCER_DATABASE__URL"),
        ("syncer_database_url", "SYNCER_DATABASE__URL"),
        ("SYNCER_DATA_DIR", "SYNCER_DATABASE__DATA_DIR"),
        ("SYNCER_REPORTING_TIMEZONE", "SYNCER_REPORTING__TIME_ZONE"),
        ("SYNCER_HISTORY_KEEP", "SYNCER_HISTORY__KEEP"),
    ],
)
def test_variable_that_resembles_a_setting_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "hunter2")
    assert problems(folder, MPS) == [f'{name}: in the environment: has no effect; did you mean "{meant}"?']


@pytest.mark.parametrize(
    "name",
    [
        "SYNCER_PORT",
        "SYNCER_PORT_8321_TCP_ADDR",
        "SYNCER_SERVICE_HOST",
        "SYNCER_TIME_ZONE",
        "SYNCER_DB_NAME",
        "SYNCER_TEST_DATABASE_URL",
        "SYNCER_MPS_KEY",
        "SYNCER_DATABASE_KEY",
    ],
)
def test_other_variables_of_the_prefix_are_allowed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Service links of Kubernetes, variables of Grafana, other names, and what the file reads as a secret."""
    monkeypatch.setenv(name, "tcp://10.0.0.1:8321")
    secret = '{ env = "SYNCER_DATABASE_KEY" }'
    assert read(folder, MPS + f"access_key = {secret}\nsecret_key = {secret}\n").sources


# Secrets


def test_url_of_the_database_is_read_from_a_variable_or_a_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_URL", "postgresql://env:hunter2@db/x")
    (folder / "url.txt").write_text("postgresql://file:hunter2@db/x\n")
    for place, user in (('{ env = "PG_URL" }', "env"), ('{ file = "url.txt" }', "file")):
        settings = read(folder, f"[database]\nurl = {place}\n")
        assert settings.database.url
        assert settings.database.url.get_secret_value() == f"postgresql://{user}:hunter2@db/x"
        assert set(settings.passwords()) == {"hunter2"}
    monkeypatch.setenv("SYNCER_DATABASE__URL", "postgresql://over@db/x")
    settings = read(folder, '[database]\nurl = { file = "none" }\n')
    assert settings.database.url and settings.database.url.get_secret_value() == "postgresql://over@db/x"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('{ env = "NONE" }', "the environment variable NONE is not set; set it to the secret"),
        ('{ file = "none" }', "cannot read the secret in FOLDER/none: No such file or directory"),
        ('{ path = "x" }', 'write the secret itself, { env = "NAME" } or { file = "/run/secrets/name" }'),
        ('{ file = "mysql" }', "write postgresql://user:password@host:5432/database"),
    ],
)
def test_unreadable_url_of_the_database_is_a_problem(folder: Path, written: str, problem: str) -> None:
    (folder / "mysql").write_text("mysql://u:hunter2@db/x")
    expected = problem.replace("FOLDER", str(folder))
    assert problems(folder, f"[database]\nurl = {written}\n") == [f"database.url: {expected}"]


def test_files_of_secrets_are_known(folder: Path) -> None:
    source = MPS + 'access_key = "AKID"\nsecret_key = { file = "keys/mps" }\n'
    assert read(folder, source).secret_files == {folder / "keys" / "mps"}
    itself = {folder / "syncer.toml"}
    assert read(folder, MPS + 'access_key = "AKID"\nsecret_key = "hunter2"\n').secret_files == itself
    assert read(folder, '[database]\nurl = "postgresql://u:hunter2@db/x"\n').secret_files == itself
    assert read(folder, '[database]\nurl = "postgresql://u@db/x"\n' + MPS).secret_files == set()


def test_file_that_every_user_can_read_is_recognised(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = folder / "secret"
    secret.touch()
    monkeypatch.setattr(Path, "parents", property(lambda self: [folder]))
    folder.chmod(0o755)
    for mode, is_readable in ((0o600, False), (0o640, False), (0o644, True)):
        secret.chmod(mode)
        assert readable_by_others(secret) is is_readable
    folder.chmod(0o750)
    assert not readable_by_others(secret)
    assert not readable_by_others(folder / "none")


def test_no_repr_shows_a_secret(folder: Path) -> None:
    text = SHAPE.replace("syncer@db", "syncer:hunter2@db").replace(
        '{ env = "TENCENTCLOUD_SECRET_ID" }', '"hunter2"'
    )
    settings = read(folder, text.replace("outputs = false", 'proxy = "http://me:hunter2@proxy:1"'))
    assert "hunter2" not in repr(settings) + str(settings)
    assert set(settings.passwords()) == {"hunter2"}


def test_escaped_password_is_registered_in_both_spellings(folder: Path) -> None:
    settings = read(folder, '[database]\nurl = "postgresql://a:b%40c@db/x"')
    assert set(settings.passwords()) == {"b%40c", "b@c"}


# Finding it


def test_option_overrides_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.toml", "two.toml", "syncer.toml"):
        (folder / name).write_text("")
    monkeypatch.chdir(folder)
    assert find() == folder / "syncer.toml"
    monkeypatch.setenv("SYNCER_CONFIG", "two.toml")
    assert find() == folder / "two.toml"
    assert find(Path("one.toml")) == folder / "one.toml"


def test_missing_file_says_how_to_create_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigurationError, match=r"syncer init.*--config FILE or SYNCER_CONFIG"):
        find()
    with pytest.raises(ConfigurationError, match=r"syncer init --config other\.toml"):
        find(Path("other.toml"))
