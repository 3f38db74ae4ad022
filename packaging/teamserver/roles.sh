#!/bin/sh
# Run once by PostgreSQL's image: the role that serves. It owns nothing and cannot bypass row-level security.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<SQL
CREATE ROLE team_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
SQL
echo "Set its password: \\password team_app"
