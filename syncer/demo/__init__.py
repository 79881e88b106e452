"""The demo's scenery: five simulated clouds and a folder that remembers them from one time to the next.

What plays in it is the real thing, wired as everywhere: this room knows neither the app nor how it is shown.
"""

from syncer.demo.scenery import Past, Scenery, scenery
from syncer.demo.world import LONGEST, World

__all__ = ["LONGEST", "Past", "Scenery", "World", "scenery"]
