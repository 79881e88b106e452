#!/bin/sh
# Run once, by the Postgres image, when its volume is empty: an ordinary role owns an ordinary database.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --set password="$(cat /run/secrets/syncer_password)" <<'SQL'
create role syncer login password :'password';
create database syncer owner syncer;
SQL
