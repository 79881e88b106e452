"""What a provider has unless it says otherwise: no site, no regions, nothing to leave out."""

from __future__ import annotations

from typing import Any, ClassVar

from syncer.errors import ConfigurationError
from syncer.model import Request, Response


class BaseProvider:
    """The parts of a provider that most do not need."""

    #: Its key in the registry, and the value of `provider` in the configuration.
    name: ClassVar[str]
    #: Which of the vendor's separate clouds it asks; "" where there is only one.
    site: str = ""

    def reduce(self, record: dict[str, Any]) -> dict[str, Any]:
        """The whole record."""
        return record

    def regions_request(self) -> Request:
        """Raises ConfigurationError: there are no regions to ask for."""
        raise ConfigurationError(f"{self.name} has no regions: leave `regions` out")

    def parse_regions(self, answer: Response) -> tuple[str, ...]:
        """No regions."""
        return ()
