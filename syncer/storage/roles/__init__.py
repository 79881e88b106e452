"""BI roles, which may read `reporting` and nothing else: create, list and drop them; revoke from PUBLIC."""

from __future__ import annotations

from syncer.storage.roles.bi_role_creation import (
    bi_role_script,
    create_bi_role,
    describe_bi_role,
    load_superuser_statements,
)
from syncer.storage.roles.bi_role_grants import IDLE_TIMEOUT
from syncer.storage.roles.bi_role_removal import BiRoleRemoval, bi_role_removal_script, drop_bi_role
from syncer.storage.roles.bi_role_sessions import end_idle_transactions
from syncer.storage.roles.bi_role_status import BiRoleStatus, load_bi_roles
from syncer.storage.roles.public_privileges import (
    PublicPrivilege,
    load_public_privileges,
    revoke_public_privileges,
)

__all__ = [
    "IDLE_TIMEOUT",
    "BiRoleRemoval",
    "BiRoleStatus",
    "PublicPrivilege",
    "bi_role_removal_script",
    "bi_role_script",
    "create_bi_role",
    "describe_bi_role",
    "drop_bi_role",
    "end_idle_transactions",
    "load_bi_roles",
    "load_public_privileges",
    "load_superuser_statements",
    "revoke_public_privileges",
]
