"""Outcome of an ended MPS task, from the results inside its DescribeTaskDetail response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncer.model import Status
from syncer.providers.fields import integer, text

#: Beneath these keys a detail response holds media, not results.
_MEDIA = frozenset({"Input", "InputInfo", "MetaData", "Output", "TaskNotifyConfig"})
_RESULT_KEYS = frozenset({"Status", "ErrCode", "ErrCodeExt"})
_GOOD_CODES = frozenset({"0", "OK", "SUCCESS"})
_FAILED_WORDS = ("FAIL", "FAILED")
_ENDED_WORDS = (None, "", "SUCCESS", "FINISH")


def outcome(record: Mapping[str, Any]) -> tuple[Status, Mapping[str, Any]]:
    """Status of an ended task, and the first result in its detail response that failed.

    The status is FINISHED while a result has no code or is still processing: then the outcome is unknown.
    """
    results = list(_results(record))
    for result in results:
        if error_code(result) or result.get("Status") in _FAILED_WORDS:
            return Status.FAILED, result
    is_over = all(result.get("Status") in _ENDED_WORDS for result in results)
    if is_over and any(_has_passed(result) for result in results):
        return Status.SUCCEEDED, {}
    return Status.FINISHED, {}


def error_code(result: Mapping[str, Any]) -> str | None:
    """The code of a failure, the newer field first; None where the code means success or is missing."""
    word = text(result.get("ErrCodeExt"))
    if word and word.upper() not in _GOOD_CODES:
        return word
    number = integer(result.get("ErrCode"))
    return str(number) if number else None


def _results(part: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in `part` that has a status or an error code."""
    if isinstance(part, list):
        for item in part:
            yield from _results(item)
    elif isinstance(part, dict):
        if not _RESULT_KEYS.isdisjoint(part):
            yield part
        for name, value in part.items():
            if name not in _MEDIA:
                yield from _results(value)


def _has_passed(result: Mapping[str, Any]) -> bool:
    codes = (result.get("ErrCode"), result.get("ErrCodeExt"))
    return result.get("Status") == "SUCCESS" or any(code is not None for code in codes)
