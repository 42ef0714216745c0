"""A firm whose letters carry links, and the faces ready to be asked. Models can be imported once Django is set up, so within."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def faces(database) -> None:
    """Static files and words, made once as `dunwell serve` makes them."""
    from dunwell.site import built

    built.make()


@pytest.fixture
def firm(creditor, tmp_path, faces):
    from regressions import world

    return world.fresh(creditor, tmp_path)


@pytest.fixture
def reader(firm):
    """Somebody who owes 100.00 since 20 February, has a letter of 2 March and opens its link."""
    from portal.clients import Reader, link_in

    firm.owing("2026-02-20")
    firm.day()
    (message,) = firm.sent()
    return Reader(link_in(message))
