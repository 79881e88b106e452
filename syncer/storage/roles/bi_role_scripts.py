"""Scripts for psql with which an administrator creates, changes or drops a BI role."""

from __future__ import annotations

from collections.abc import Iterable

from syncer.storage.roles.bi_role_grants import BiRole, quote_identifier, quote_literal


def creation_script(role: BiRole, verifier: str) -> str:
    """The script that creates `role`; `verifier` is the password as the server stores it."""
    login = [*role.create_statements(verifier), *role.mark_statements()]
    return _script("Creates", role, login)


def renewal_script(role: BiRole, verifier: str | None, comment: str | None) -> str:
    """The script that renews the settings and grants of `role`, which has the `comment`.

    It ends the role's sessions if there is a `verifier`, which is its new password as the server stores it.
    """
    password = role.password_statements(verifier) if verifier else []
    login = [*password, *role.mark_statements(comment), *role.reset_statements()]
    return _script("Renews", role, login, _end_sessions(role) if verifier else "")


def removal_script(role: BiRole) -> str:
    """The script that drops `role`: first its logins and sessions, then its privileges and the role."""
    name = quote_identifier(role.name)
    return (
        f"-- Drops the BI role {role.name} with its privileges, and with what it owns in the database"
        f" {role.database}.\n"
        f"-- To keep what it owns, first run: REASSIGN OWNED BY {name} TO another_role;\n"
        + "\\set ON_ERROR_STOP on\n"
        + _section("By a role that may create roles", role.disable_statements())
        + _section("Needed to end its sessions, except for a superuser", [f"GRANT {name} TO CURRENT_USER"])
        + _end_sessions(role)
        + "\nBEGIN;\n"
        + _section("Its privileges, and the role", [*role.revoke_statements(), *role.drop_statements()])
        + "\nCOMMIT;\n"
    )


def _script(verb: str, role: BiRole, login: Iterable[str], sessions: str = "") -> str:
    limit = "By a superuser; otherwise its temporary files stay without a limit"
    return (
        f"-- {verb} the BI role {role.name}:"
        f" it may read the schema reporting of the database {role.database}, nothing else.\n"
        + "\\set ON_ERROR_STOP on\nBEGIN;\n"
        + _section("By a role that may create roles", [*login, *role.setting_statements()])
        + _section(
            f"So that {role.owner} can end sessions that stay idle in a transaction", role.owner_statements()
        )
        + _section(f"By {role.owner}, the owner of the views, or by a superuser", role.grant_statements())
        + "\nCOMMIT;\n"
        + sessions
        + "\n\\set ON_ERROR_STOP off"
        + _section(limit, [role.temp_file_statement()])
    )


def _end_sessions(role: BiRole) -> str:
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = {quote_literal(role.name)}"
    return _section("Its open sessions", [end])


def _section(title: str, statements: Iterable[str]) -> str:
    return f"\n-- {title}:\n" + "".join(f"{statement};\n" for statement in statements)
