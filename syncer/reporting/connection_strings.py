"""How the tools of this world write where a database is."""

from __future__ import annotations

from dataclasses import dataclass

#: Stands where a tool wants the password in its line.
PASSWORD = "PASSWORD"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionInfo:
    """Where a database is, and who connects."""

    host: str
    port: int
    database: str
    user: str
    #: As libpq says it; None where nobody said anything.
    sslmode: str | None = None

    def lines(self) -> dict[str, str]:
        """By tool, a line that connects; psql and JDBC ask for the password by themselves."""
        at, ssl = f"{self.host}:{self.port}/{self.database}", self.sslmode
        odbc = {
            "Driver": "{PostgreSQL Unicode}",
            "Server": self.host,
            "Port": self.port,
            "Database": self.database,
            "Uid": self.user,
            "Pwd": PASSWORD,
            **({"SSLmode": ssl} if ssl else {}),
        }
        words = {"host": self.host, "port": self.port, "dbname": self.database, "user": self.user}
        libpq = " ".join(f"{name}={value}" for name, value in words.items())
        return {
            "psql": f'psql "{libpq}{f" sslmode={ssl}" if ssl else ""}"',
            "JDBC": f"jdbc:postgresql://{at}?user={self.user}{f'&sslmode={ssl}' if ssl else ''}",
            "ODBC": ";".join(f"{name}={value}" for name, value in odbc.items()),
            "SQLAlchemy": f"postgresql+psycopg://{self.user}:{PASSWORD}@{at}"
            + (f"?sslmode={ssl}" if ssl else ""),
        }
