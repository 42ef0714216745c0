"""A file on its way through the console: handed in, looked at, taken, watched until it is in."""

from __future__ import annotations

import time

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regressions.world import World

IMPORT_S_MAX = 30


def upload(client: Client, world: World, text: str, name: str = "list.csv") -> str:
    answer = client.post(f"/c/{world.creditor.slug}/money/import", {"file": SimpleUploadedFile(name, text.encode())})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def finished(client: Client, address: str) -> str:
    until = time.monotonic() + IMPORT_S_MAX
    while time.monotonic() < until:
        page = client.get(address).content.decode()
        if "every 1s" not in page:
            return page
    raise AssertionError("the import does not end")


def imported(client: Client, there: str, **said: str) -> str:
    """The last page of an import with these answers."""
    return finished(client, client.post(f"{there}/take", {"kind": "auto", **said})["Location"])
