#!/bin/sh
# Export the password from the file PGPASSWORD_FILE as PGPASSWORD, which libpq reads, for this process only.
set -eu
if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi
exec syncer "$@"
