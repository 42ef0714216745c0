#!/bin/sh
# Run by the PostgreSQL image once, when its data are made: the roles and the database of Dunwell.
set -eu
psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --set ON_ERROR_STOP=1 --set owner_password="$OWNER_PASSWORD" \
    --set app_password="$APP_PASSWORD" --set backup_password="$BACKUP_PASSWORD" --file "${ROLES:-/roles.sql}"
