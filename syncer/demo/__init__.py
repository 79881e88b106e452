"""Environment of `syncer demo`: five simulated task lists, and a folder that keeps their state between demos.

The daemon under demonstration is the real one. This package may import neither `app` nor `cli`.
"""

from syncer.demo.demo_state import MAX_AGE, DemoState
from syncer.demo.environment import DemoEnvironment, FolderState, demo_environment

__all__ = ["MAX_AGE", "DemoEnvironment", "DemoState", "FolderState", "demo_environment"]
