"""Shared fixtures: a real PostgreSQL of the test run's own, a fresh creditor per test, and the folder of development data."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest

import databases
from dunwell.site import database as embedded

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("DUNWELL_SHARED", ROOT.parent / "shared"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# The workers of one run share one server and nothing else; the controller made the folder and hands its name on.
OWNS_SERVER = "DUNWELL_TEST_DATA" not in os.environ
RUN = Path(os.environ.setdefault("DUNWELL_TEST_DATA", tempfile.mkdtemp(prefix="dunwell-test-", dir="/tmp")))
DATA = RUN / WORKER
CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()
_numbers = itertools.count(1)


# How long an example takes says more of the machine than of the program; tests of speed measure it themselves.
hypothesis.settings.register_profile("dunwell", deadline=None)
hypothesis.settings.load_profile("dunwell")


def pytest_configure(config: pytest.Config) -> None:
    """Models can be imported from the start; the server itself starts with the first test that asks for it."""
    DATA.mkdir(exist_ok=True)
    os.environ["DUNWELL_DATA"] = str(DATA)
    socket = str(RUN / "postgres").replace("/", "%2F")
    os.environ["DUNWELL_DATABASE_URL"] = f"postgresql://dunwell_app@/test_{WORKER}?host={socket}"
    os.environ["DUNWELL_OWNER_DATABASE_URL"] = f"postgresql://dunwell_owner@/test_{WORKER}?host={socket}"
    os.environ["DUNWELL_BACKUP_DATABASE_URL"] = f"postgresql://postgres@/test_{WORKER}?host={socket}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "dunwell.site.settings"
    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    if OWNS_SERVER:
        embedded.stop(RUN / "postgres")
        shutil.rmtree(RUN, ignore_errors=True)


@pytest.fixture(scope="session")
def database() -> Path:
    """The database of this worker at this release's shape; gives the data folder."""
    found = databases.shaped(f"test_{WORKER}")
    assert found.application == os.environ["DUNWELL_DATABASE_URL"]
    return DATA


@pytest.fixture
def creditor(database: Path) -> object:
    """A creditor that nobody has seen before: tests share a database and never a row."""
    from dunwell.store.models import Creditor

    return Creditor.objects.create(
        slug=f"creditor-{next(_numbers)}",
        name="Студия Пример",
        registered_name="„Пример“ ООД",
        country="BG",
        locale="bg",
        timezone="Europe/Sofia",
        currency="EUR",
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data beside the project; a test that needs it is skipped without it."""
    if not SHARED.exists():
        pytest.skip(f"no development data at {SHARED}")
    return SHARED


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium; a test that needs it is skipped where there is none.

    Its driver runs an event loop in this thread until the module ends; the models are used between its steps, never within one.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright here")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
