"""A small firm in a database of its own, each verb a process that can be killed: `python -m years.firm VERB …`.

Its mail server writes down who got what, so that a test knows what the books may have forgotten.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

FIRST = date(2026, 3, 2)  # a Monday
CLIENTS = 12
# Says whom it has taken a letter for, and its Message-ID, before it answers; slowly, so that a kill falls between.
SINK = """
import asyncio, random, re, sys
from aiosmtpd.smtp import SMTP

taken = open(sys.argv[1], "ab", buffering=0)
rng = random.Random(7)

class Sink:
    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.01 + rng.random() * 0.02)
        identity = re.search(rb"Message-ID:\\s+(\\S+)", envelope.content).group(1).decode()
        taken.write(f"{envelope.rcpt_tos[0]} {identity}\\n".encode())
        await asyncio.sleep(rng.random() * 0.02)
        return "250 taken"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def main(verb: str, *words: str) -> None:
    from dunwell.site import boot

    boot.boot()
    from dunwell.run import creditors
    from dunwell.store.models import Creditor
    from regressions import world

    folder = Path(words[0])
    if verb == "make":
        creditor = creditors.create("Firm", slug="firm", country="BG", on=FIRST, by="anna", email="maria@firm.example")
        firm = world.fresh(creditor, folder)
        for n in range(CLIENTS):
            firm.owing(f"2026-03-{n + 2:02}", client=f"C{n}")
        firm.go_live(FIRST)
        return
    firm = world.World(Creditor.objects.get(slug="firm"), folder)
    on = date.fromisoformat(words[1])
    verbs = {"day": _day, "days": _days, "backup": _backup, "live": _live, "confirm": _confirm, "settle": _settle}
    {**verbs, "steps": _steps}[verb](firm, on, *words[2:])


def _day(firm, on: date) -> None:
    """One day, by a channel that takes everything."""
    firm.plan(on)
    firm.deliver(on)


def _days(firm, on: date, count: str, port: str) -> None:
    """So many days: plan, then send by the mail server; says `sending` when a kill may come."""
    from dunwell.plugins.channels.smtp import Config, Smtp
    from dunwell.run import deliver

    way = Smtp(Config(host="127.0.0.1", port=int(port), security="none", connections=2, per_domain_per_minute=0))
    for day in (on + timedelta(n) for n in range(int(count))):
        firm.plan(day)
        print("sending", flush=True)
        now = datetime.combine(day, time(12), UTC)
        while (
            deliver.deliver(firm.creditor.pk, now, {"email": way}, rehearsal=False).halted
            == "another process is sending"
        ):
            pass


def _backup(firm, on: date) -> None:
    from dunwell.run import backup

    backup.make(datetime.combine(on, time(15), UTC))


def _settle(firm, on: date, taken: str) -> None:
    """A person looks up at the mail server what became of letters of which the books do not know."""
    from dunwell.run import approve

    arrived = {line.split()[1] for line in Path(taken).read_text().splitlines()}
    for message in firm.messages("unknown"):
        approve.settle(
            firm.creditor, message.pk, was_sent=message.message_id in arrived, by="anna", why="looked up", on=on
        )


def _confirm(firm, on: date, taken: str) -> None:
    """A person says which letters went: those whose reader got one that the books do not know."""
    from dunwell.run import restored

    known = {message.message_id for message in firm.messages("sent")}
    lost = [line.split() for line in Path(taken).read_text().splitlines() if line.split()[1] not in known]
    readers = [reader for reader, _ in lost]
    letters = restored.may_have_gone(firm.creditor, today=on)
    gone = set()
    for one in letters:
        if one.letter.recipients and one.letter.recipients[0] in readers:
            readers.remove(one.letter.recipients[0])
            gone.add(one.letter.key)
    assert not readers, f"went out, and nobody asked about it: {readers}"
    restored.confirm(firm.creditor, letters, lambda one: one.letter.key in gone, on=on, by="anna", why="looked up")


def _live(firm, on: date) -> None:
    firm.go_live(on)


def _steps(firm, on: date) -> None:
    """What the books say was sent: reader, document, step."""
    from dunwell.store import scope
    from dunwell.store.models import MessageItem, Recipient

    with scope.of(firm.creditor.pk):
        rows = MessageItem.objects.filter(message__state="sent", message__rehearsal=False, step__isnull=False)
        for number, step in rows.values_list("receivable__invoice__number", "step"):
            print("step", number, step)
        for reader in Recipient.objects.filter(message__state="sent", message__rehearsal=False):
            print("reader", reader.address)


if __name__ == "__main__":
    main(*sys.argv[1:])
