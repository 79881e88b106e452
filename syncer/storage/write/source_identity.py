"""Which rows of `sources` belong to the list that a source reads: decisions without the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from syncer.model import Source


def is_identical(row: Row[Any], source: Source) -> bool:
    """Whether provider, site, account and key are those of the row."""
    return _is_same_site(row, source) and (row.account, row.key_hash) == (source.account, source.key_hash)


def is_same_list(one: Source | Row[Any], other: Source) -> bool:
    """Whether both read the same list, by the key or the account, which may be a masked key."""
    same_account = one.account != "" and one.account == other.account
    return _is_same_site(one, other) and (_is_same_key(one, other) or same_account)


def is_known_list(row: Row[Any], source: Source) -> bool:
    """Whether key or account prove that the row is of the list of `source`. A masked key proves nothing."""
    same_account = is_named_account(source.account) and row.account == source.account
    return _is_same_site(row, source) and (_is_same_key(row, source) or same_account)


def is_named_account(account: str) -> bool:
    """Whether the account has a number or a name: the default, a masked key, changes with the key."""
    return account != "" and "***" not in account


def provider_text(source: Source | Row[Any]) -> str:
    """The provider in messages, with its site if it has several: `tencent_mps (intl)`."""
    return f"{source.provider} ({source.site})" if source.site else str(source.provider)


def _is_same_site(one: Source | Row[Any], other: Source) -> bool:
    return (one.provider, one.site) == (other.provider, other.site)


def _is_same_key(one: Source | Row[Any], other: Source) -> bool:
    return one.key_hash != "" and one.key_hash == other.key_hash
