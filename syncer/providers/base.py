"""The parts of a provider that most do not need: options, sites, regions, fields that must not be stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from syncer.errors import ConfigurationError
from syncer.model import GLOBAL, Request, Response


@dataclass(frozen=True, slots=True)
class NoOptions:
    """The options of a provider that has none."""


class BaseProvider:
    """Defaults of a provider; `syncer.ports.Provider` says what each part means."""

    name: ClassVar[str]
    options_class: ClassVar[type[Any]] = NoOptions
    site: str = ""
    regions: tuple[str, ...] | None = (GLOBAL,)

    def reduce(self, record: dict[str, Any]) -> dict[str, Any]:
        """The whole record."""
        return record

    def identity_request(self) -> Request | None:
        """None: the vendor has no call that names the account."""
        return None

    def parse_identity(self, response: Response) -> str:
        """No account."""
        return ""

    def regions_request(self) -> Request:
        """Raises ConfigurationError: the API has no regions."""
        raise ConfigurationError(f"{self.name} has no regions: leave `regions` out")

    def parse_regions(self, response: Response) -> tuple[str, ...]:
        """No regions."""
        return ()
