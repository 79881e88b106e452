"""Pure decisions: which scans a run needs, when one may stop, what a run has proven, what is lost.

Nothing here does I/O, reads a clock or knows a provider's name: values in, values out, time passed in.
"""
