"""The demo's scenery: five simulated clouds and a folder that remembers them from one time to the next.

What plays in it is the real thing, wired as everywhere: this room knows neither the app nor how it is shown.
"""

from syncer.demo.demo_state import LONGEST, DemoState
from syncer.demo.environment import DemoEnvironment, FolderState, demo_environment

__all__ = ["LONGEST", "DemoEnvironment", "DemoState", "FolderState", "demo_environment"]
