-- The three roles and the database of Dunwell in a PostgreSQL of your own (17 or later), run once by its superuser:
--   psql -v owner_password=… -v app_password=… -v backup_password=… -f roles.sql
-- The owner changes the tables at an upgrade, the application works in them and is bound by row-level security, the third reads every
-- row for backups and may make the database that a copy is tried in.
CREATE ROLE dunwell_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE dunwell_app LOGIN PASSWORD :'app_password';
CREATE ROLE dunwell_backup LOGIN BYPASSRLS CREATEDB PASSWORD :'backup_password' IN ROLE dunwell_owner;
CREATE DATABASE dunwell OWNER dunwell_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE dunwell FROM PUBLIC;
GRANT CONNECT ON DATABASE dunwell TO dunwell_app, dunwell_backup;
