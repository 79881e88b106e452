"""BI roles, which may read `reporting` and nothing else: create, list and drop them; revoke from PUBLIC."""

from __future__ import annotations

from syncer.storage.roles.bi_role_creation import (
    bi_role_script,
    create_bi_role,
    describe_bi_role,
    drop_bi_role,
)
from syncer.storage.roles.bi_role_status import BiRoleStatus, load_bi_roles
from syncer.storage.roles.public_privileges import (
    PublicPrivilege,
    load_public_privileges,
    revoke_public_privileges,
)

__all__ = [
    "BiRoleStatus",
    "PublicPrivilege",
    "bi_role_script",
    "create_bi_role",
    "describe_bi_role",
    "drop_bi_role",
    "load_bi_roles",
    "load_public_privileges",
    "revoke_public_privileges",
]
