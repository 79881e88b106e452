"""The providers: one file for each API, and the parts that they share.

`registry` lists them; `base` has the defaults of a provider.
"""

from syncer.providers.registry import PROVIDERS, create_provider

__all__ = ["PROVIDERS", "create_provider"]
