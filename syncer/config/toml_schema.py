"""Tables and keys of the configuration file: types, defaults, and an example where errors show one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, SecretStr

from syncer.config import validators
from syncer.config.durations import Duration, Span
from syncer.config.time_zones import known_zone
from syncer.credentials import Secret

SecretKey = Annotated[Secret, PlainValidator(validators.secret)]
Text = Annotated[str, Field(min_length=1)]
FilePath = Annotated[Path, AfterValidator(validators.path)]


class TomlTable(BaseModel):
    """A table of the file. Frozen; unknown keys are errors; errors never show the invalid value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DatabaseTable(TomlTable):
    """The database of syncer."""

    #: None: the embedded Postgres in `data_dir`.
    url: Annotated[SecretStr, BeforeValidator(validators.database_url)] | None = None
    #: None: the folder of this platform for a user's data.
    data_dir: FilePath | None = Field(default=None, examples=['"/var/lib/syncer"'])


class DaemonTable(TomlTable):
    """The daemon, `syncer run`."""

    listen: Annotated[validators.Address, PlainValidator(validators.address)] = validators.Address(
        "127.0.0.1", 8321
    )
    lease: Annotated[Duration, AfterValidator(validators.lease)] = timedelta(seconds=10)


class ReportingTable(TomlTable):
    """Settings of the reporting views."""

    time_zone: Annotated[str, AfterValidator(known_zone)] = Field(default="UTC", examples=['"Asia/Shanghai"'])
    #: Targets: from a task's creation to its start, and from its start to its end.
    queue_target: Duration = timedelta(minutes=5)
    run_target: Duration = timedelta(hours=1)


class HistoryTable(TomlTable):
    """Former states of tasks."""

    #: None: kept for ever.
    keep: Annotated[timedelta | None, PlainValidator(validators.keep)] = None


class LookbackTable(TomlTable):
    """How far before the end of the coverage polls read again: tasks may appear late, or out of order."""

    min: Span | None = None
    max: Duration | None = None


class SourceTable(TomlTable):
    """The keys of every source, whatever its provider."""

    name: Annotated[str, AfterValidator(validators.source_name)] = Field(examples=['"mps-cn"'])
    provider: str = Field(examples=['"tencent_mps"'])
    access_key: SecretKey | None = None
    secret_key: SecretKey | None = None
    session_token: SecretKey | None = None
    credentials_command: tuple[Text, ...] | None = Field(
        default=None, examples=['["/usr/local/bin/keys", "mps"]']
    )
    account: Text | None = Field(default=None, examples=['"100001234567"'])
    endpoint: Annotated[str, AfterValidator(validators.endpoint)] | None = Field(
        None, examples=['"https://vpc.example"']
    )
    proxy: Annotated[SecretStr, BeforeValidator(validators.proxy)] | None = None
    ca_file: FilePath | None = Field(default=None, examples=['"/etc/ssl/company.pem"'])
    requests_per_second: float | None = Field(
        default=None, gt=0, le=10_000, allow_inf_nan=False, examples=["20"]
    )
    page_size: int | None = Field(default=None, ge=1, examples=["100"])
    poll_every: Duration | None = None
    sweep_every: Duration | None = None
    retention: Duration | None = None
    detail_retention: Duration | None = None
    visibility_lag: Span | None = None
    lookback: LookbackTable = Field(default=LookbackTable(), examples=['{ min = "10s", max = "1d" }'])
    redact: tuple[Annotated[str, AfterValidator(validators.field_path)], ...] = Field(
        (), examples=['["CommandDocument.Username"]']
    )


class RootTable(TomlTable):
    """The whole file, overridden by the environment. The sources are not parsed yet."""

    database: DatabaseTable = DatabaseTable()
    daemon: DaemonTable = DaemonTable()
    reporting: ReportingTable = ReportingTable()
    history: HistoryTable = HistoryTable()
    sources: list[dict[str, Any]] = Field(default=[], examples=["…, each beneath a line [[sources]]"])
