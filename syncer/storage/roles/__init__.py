"""The roles that may read `reporting` and nothing else: made, listed, removed, looked at for loopholes."""

from __future__ import annotations

from syncer.storage.roles.public_privileges import (
    PublicPrivilege,
    load_public_privileges,
    revoke_public_privileges,
)
from syncer.storage.roles.role_creation import create_role, drop_role, load_role, role_script
from syncer.storage.roles.role_info import RoleInfo, load_roles

__all__ = [
    "PublicPrivilege",
    "RoleInfo",
    "create_role",
    "drop_role",
    "load_public_privileges",
    "load_role",
    "load_roles",
    "revoke_public_privileges",
    "role_script",
]
