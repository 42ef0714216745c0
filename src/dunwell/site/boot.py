"""Bring the program up: database reached, Django set up, tables at this release's shape."""

from __future__ import annotations

import os

import django
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from dunwell.site import database


def boot() -> None:
    """Attach to the database and make it ready; a second call does nothing new."""
    found = database.addresses()
    os.environ["DUNWELL_DATABASE_URL"] = found.application
    os.environ["DUNWELL_OWNER_DATABASE_URL"] = found.owner
    os.environ["DUNWELL_BACKUP_DATABASE_URL"] = found.keeper
    set_up()
    migrate()


def set_up() -> None:
    """Django alone, without reaching for the database: enough to read the commands' help."""
    os.environ.setdefault("DUNWELL_DATABASE_URL", "postgresql:///dunwell")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.site.settings")
    django.setup()


def migrate() -> None:
    """Apply what this release adds to the tables, as their owner."""
    owner = connections["owner"]
    executor = MigrationExecutor(owner)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    owner.close()


def known_migrations() -> list[str]:
    """Every shape of our tables that this release knows."""
    return [name for app, name in MigrationExecutor(connections["owner"]).loader.disk_migrations if app == "store"]
