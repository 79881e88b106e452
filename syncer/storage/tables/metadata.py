"""Schema and constraint names of all tables, and functions that create their columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, Text, text

#: The daemon's schema. Every statement names it, because the search_path is pinned to pg_catalog.
SCHEMA = "sync"

metadata = MetaData(
    schema=SCHEMA,
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
)


def identity_column(name: str, **options: Any) -> Column[int]:
    """A key that the database assigns."""
    return Column(name, BigInteger, Identity(always=True), nullable=False, **options)


def text_column(name: str, *, nullable: bool = True, **options: Any) -> Column[str]:
    """A text column."""
    return Column(name, Text, nullable=nullable, **options)


def instant_column(name: str, *, nullable: bool = True, **options: Any) -> Column[datetime]:
    """An instant."""
    return Column(name, DateTime(timezone=True), nullable=nullable, **options)


def bigint_column(name: str, *, nullable: bool = True, **options: Any) -> Column[int]:
    """A count, or the key of another table."""
    return Column(name, BigInteger, nullable=nullable, **options)


def counter_column(name: str) -> Column[int]:
    """A count with the default 0."""
    return Column(name, BigInteger, nullable=False, server_default=text("0"))
