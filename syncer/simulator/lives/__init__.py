"""How the tasks of each list come about, live and end. Pure: all chance comes in as a `Random` or as salt."""
