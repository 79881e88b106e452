"""Pure decisions: which scans a run needs, when a scan may stop, what a run has proven.

Functions of values alone: this package does no I/O, reads no clock (the time is an argument) and contains no
provider's name.
"""
