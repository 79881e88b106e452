"""`python -m bench`: how fast a backlog is synced."""

from bench.sync import main

raise SystemExit(main())
