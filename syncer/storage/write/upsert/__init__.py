"""The upsert: the statement that writes the staged sightings to `tasks`.

It compares each sighting with the stored task, and writes only what is new, or changed and not older. Because
of the lease we are the only writer of a stream, so the row that the comparison reads is the row that
ON CONFLICT finds. A trigger on `tasks` stores the replaced states in `task_versions`.

A sighting with a record is full: it replaces the fields of the task. One without a record is partial: it
fills fields and creates no task. The statement is built once, when the module is imported: `compare` joins
sightings and tasks and selects those to be written, `new_values` has the values to write, `statement` is the
whole.
"""

from syncer.storage.write.upsert.compare import reopens
from syncer.storage.write.upsert.statement import UPSERT

__all__ = ["UPSERT", "reopens"]
