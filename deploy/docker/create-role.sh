#!/bin/sh
# Create the role syncer and its database. The Postgres image runs this once, when its volume is empty.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --set password="$(cat /run/secrets/syncer_password)" <<'SQL'
create role syncer login password :'password';
create database syncer owner syncer;
SQL
