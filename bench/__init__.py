"""Benchmarks. Each prints its measurements; `--help` describes them.

`python -m bench`, the same as `bench.sync`: speed of a sync. `python -m bench.polls`: requests of polls.
`python -m bench.reporting`: queries and writes in a database with years of tasks.
"""
