"""Why the ledger says what it says: how a task, or a time of creation, was read, and by which runs."""

from syncer.storage.explanations.readings import Reading, Reason, load_readings
from syncer.storage.explanations.setbacks import Setback
from syncer.storage.explanations.stories import State, TaskStory, load_sources, load_stories
from syncer.storage.explanations.witnesses import Witness

__all__ = [
    "Reading",
    "Reason",
    "Setback",
    "State",
    "TaskStory",
    "Witness",
    "load_readings",
    "load_sources",
    "load_stories",
]
