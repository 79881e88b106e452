#!/bin/sh
# A password that is kept in a file goes where libpq looks for it, in this process alone.
set -eu
if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi
exec syncer "$@"
