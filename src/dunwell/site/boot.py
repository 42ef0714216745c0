"""Bring the program up: database reached, Django set up, tables at this release's shape."""

from __future__ import annotations

import os

import django
from django.core.management import call_command
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from dunwell.core.refusal import Refusal
from dunwell.site import database


class BooksOlder(Refusal):
    """These books have the shape of an older release: `dunwell upgrade` shows what changes, makes a backup and brings them to this one."""


def boot() -> None:
    """Attach to the database and make it ready; a second call does nothing new. Books of somebody's own change by `dunwell upgrade` alone."""
    reach()
    if not pending():
        return
    if _holds_books():
        raise BooksOlder
    migrate()


def reach() -> None:
    """Attach to the database as it stands."""
    found = database.addresses()
    os.environ["DUNWELL_DATABASE_URL"] = found.application
    os.environ["DUNWELL_OWNER_DATABASE_URL"] = found.owner
    os.environ["DUNWELL_BACKUP_DATABASE_URL"] = found.keeper
    set_up()


def set_up() -> None:
    """Django alone, without reaching for the database: enough to read the commands' help."""
    os.environ.setdefault("DUNWELL_DATABASE_URL", "postgresql:///dunwell")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.site.settings")
    django.setup()


def migrate() -> None:
    """Apply what this release adds to the tables, as their owner."""
    if pending():
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        connections["owner"].close()


def pending() -> list[Migration]:
    """What this release changes in the tables as they stand, in order."""
    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connections["owner"].close()
    return [migration for migration, _ in plan]


def _holds_books() -> bool:
    """Somebody's own books lie here: not the demo's alone, and not nothing."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('creditor')")
        if cursor.fetchone() == (None,):
            return False
        cursor.execute("SELECT EXISTS (SELECT FROM creditor WHERE NOT is_demo)")
        (found,) = cursor.fetchone()
    connections["owner"].close()
    return bool(found)


def known_migrations() -> list[str]:
    """Every shape of our tables that this release knows."""
    return [name for app, name in MigrationExecutor(connections["owner"]).loader.disk_migrations if app == "store"]
