"""Connection strings for psql, JDBC, ODBC and SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass

#: Placeholder for the password in the connection strings.
PASSWORD = "PASSWORD"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionInfo:
    """The address of a database, and the user of the connection."""

    host: str
    port: int
    database: str
    user: str
    #: A value of libpq's `sslmode`; None: the tool's default.
    sslmode: str | None = None

    def connection_strings(self) -> dict[str, str]:
        """The connection string of each tool, by its name; psql and JDBC tools ask for the password."""
        address, ssl = f"{self.host}:{self.port}/{self.database}", self.sslmode
        odbc = {
            "Driver": "{PostgreSQL Unicode}",
            "Server": self.host,
            "Port": self.port,
            "Database": self.database,
            "Uid": self.user,
            "Pwd": PASSWORD,
            **({"SSLmode": ssl} if ssl else {}),
        }
        keywords = {"host": self.host, "port": self.port, "dbname": self.database, "user": self.user}
        libpq = " ".join(f"{name}={value}" for name, value in keywords.items())
        return {
            "psql": f'psql "{libpq}{f" sslmode={ssl}" if ssl else ""}"',
            "JDBC": f"jdbc:postgresql://{address}?user={self.user}{f'&sslmode={ssl}' if ssl else ''}",
            "ODBC": ";".join(f"{name}={value}" for name, value in odbc.items()),
            "SQLAlchemy": f"postgresql+psycopg://{self.user}:{PASSWORD}@{address}"
            + (f"?sslmode={ssl}" if ssl else ""),
        }
