"""`python -m bench`: run the benchmark of a sync."""

from bench.sync import main

raise SystemExit(main())
