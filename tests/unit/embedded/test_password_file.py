"""The password file: generated once, private, in the format of libpq."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncer.embedded.password_file import ROLE, SUPERUSER, generate_passwords, read_password
from syncer.errors import ConfigurationError


def test_passwords_are_generated_once(tmp_path: Path) -> None:
    path = tmp_path / "pgpass"
    generate_passwords(path)
    first = read_password(path, ROLE)
    generate_passwords(path)
    assert read_password(path, ROLE) == first
    assert path.stat().st_mode & 0o777 == 0o600


def test_each_role_has_a_password_that_needs_no_escaping(tmp_path: Path) -> None:
    generate_passwords(tmp_path / "pgpass")
    passwords = {read_password(tmp_path / "pgpass", role) for role in (ROLE, SUPERUSER)}
    assert len(passwords) == 2
    assert all(password.replace("-", "").replace("_", "").isalnum() for password in passwords)


def test_draft_of_a_killed_process_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "pgpass.new").write_text("half a l")
    generate_passwords(tmp_path / "pgpass")
    assert read_password(tmp_path / "pgpass", ROLE)


def test_error_of_a_missing_password_states_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="put the file back"):
        read_password(tmp_path / "pgpass", ROLE)
