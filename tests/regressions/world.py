"""A small firm that owns the whole program: files come in, days are run, people record what they know, letters go out.

Nothing here reaches behind the run room but to look: what a test does, a user's command could do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path

from dunwell.plugins.channels.memory import Memory
from dunwell.run import creditors, day, deliver, ingest, people, plan, reconcile
from dunwell.run.day import Day
from dunwell.run.desk import Planned
from dunwell.store import scope, switches
from dunwell.store.models import Creditor, Message, MessageItem, Outcome, Receivable, Switch, Task

DAY = date(2026, 3, 2)  # a Monday
NOON = time(12)
_numbers = count(1)


@dataclass
class World:
    """One creditor in Sofia, its folder, and the verbs of a user."""

    creditor: Creditor
    folder: Path

    # files

    def take(self, text: str, *, on: date = DAY, **options: object) -> ingest.Summary:
        """Import a sheet as it was typed."""
        path = self.folder / f"sheet-{next(_numbers)}.csv"
        path.write_text(text, "utf-8")
        return ingest.file(self.creditor, path, **{"as_of": on, "by": "anna", **options})

    def customers(self, *rows: str) -> None:
        """Rows of: id, name, type, country, language, contact person, e-mail."""
        head = "Customer ID,Customer name,Customer type,Country,Language,Contact person,Role,Email"
        summary = self.take("\n".join([head, *rows]) + "\n")
        assert not summary.findings, summary.findings

    def invoices(self, *rows: str, on: date = DAY) -> None:
        """Rows of: customer id, kind, number, issue date, due date, sum, currency, credited number. Sent by the creditor on issue."""
        head = "Customer ID,Document type,Invoice number,Invoice date,Due date,Amount,Currency,Credited invoice,What for,Sent on"
        full = [f"{row},Design,{row.split(',')[3]}" for row in rows]
        summary = self.take("\n".join([head, *full]) + "\n", on=on)
        assert not summary.findings, summary.findings

    def owing(self, *dues: str, client: str = "C1", sum_: str = "100.00", currency: str = "EUR") -> list[str]:
        """A client with invoices due on these days, issued three weeks before and sent then; gives their numbers."""
        self.client(client)
        numbers = [f"{client}-{n}" for n in range(1, len(dues) + 1)]
        self.invoices(
            *(
                f"{client},invoice,{number},{date.fromisoformat(due) - timedelta(21)},{due},{sum_},{currency},"
                for number, due in zip(numbers, dues, strict=True)
            ),
            on=date.fromisoformat(min(dues)) - timedelta(21),
        )
        return numbers

    def client(
        self, client: str = "C1", *, name: str = "", mail: str = "", kind: str = "business", language: str = "en"
    ) -> None:
        self.customers(
            f"{client},{name or f'{client} Ltd'},{kind},BG,{language},Anna Brown,accounts payable,{mail or f'{client.lower()}@client.example'}"
        )

    def paid(self, *rows: str, on: date = DAY) -> ingest.Summary:
        """Rows of: date, sum, currency, payer, remittance."""
        return self.take(
            "\n".join(["Payment date,Amount,Currency,Payer,Remittance information", *rows]) + "\n",
            on=on,
            kind="payments",
        )

    # days

    def day(self, on: date = DAY, *, at: time = NOON) -> Day:
        """A whole run; the payments of the bank are entered up to the day before."""
        self.cover(on)
        return day.run(
            self.creditor, on, now=datetime.combine(on, at, UTC), today=on, by="anna", folder=self.folder / "rehearsal"
        )

    def days(self, since: date, until: date) -> list[Day]:
        return [self.day(since + timedelta(n)) for n in range((until - since).days + 1)]

    def cover(self, on: date) -> None:
        people.cover(self.creditor, "bank", on - timedelta(1), on=on, by="anna")

    def plan(self, on: date = DAY) -> Planned:
        """The day up to the outbox: money applied, letters written, nothing delivered."""
        self.cover(on)
        reconcile.run(self.creditor, on, by="anna")
        return plan.run(self.creditor, on, rehearsal=not self.is_live, by="anna")

    def deliver(self, on: date = DAY, *, at: time = NOON, way: object = None) -> deliver.Delivery:
        channel = way or Memory()
        return deliver.deliver(self.creditor.pk, datetime.combine(on, at, UTC), {"email": channel, "sms": channel})

    def go_live(self, on: date = DAY) -> None:
        """Live, with the payments of a bank entered up to the day."""
        people.cover(self.creditor, "bank", on, on=on, by="anna")
        switches.turn(self.creditor.pk, Switch.MODE, switches.LIVE, by="anna", why="test", on=on)

    @property
    def is_live(self) -> bool:
        return switches.is_live(self.creditor.pk)

    # looking

    def messages(self, *states: str) -> list[Message]:
        with scope.of(self.creditor.pk):
            rows = Message.objects.select_related("content_row", "customer").order_by("pk")
            return list(rows.filter(state__in=states) if states else rows)

    def sent(self) -> list[Message]:
        return self.messages("sent")

    def asked(self, message: Message) -> dict[str, int]:
        """Document number → what the message asks for, instalments added."""
        with scope.of(self.creditor.pk):
            rows = MessageItem.objects.filter(message=message, part__in=["asked", "listed"])
            found: dict[str, int] = {}
            for number, amount in rows.values_list("receivable__invoice__number", "amount"):
                found[number] = found.get(number, 0) + amount
        return found

    def steps(self, number: str) -> list[str]:
        """The steps that sent messages took for a document, in the order of days."""
        with scope.of(self.creditor.pk):
            rows = MessageItem.objects.filter(
                receivable__invoice__number=number, message__state="sent", step__isnull=False
            )
            return list(rows.order_by("message__slot_on", "message_id").values_list("step", flat=True))

    def outcome(self, number: str) -> Outcome:
        """The last decision about a document."""
        with scope.of(self.creditor.pk):
            receivable = Receivable.objects.filter(invoice__number=number).order_by("instalment")[0]
            return Outcome.objects.filter(receivable=receivable).order_by("-run_id")[0]

    def tasks(self) -> list[Task]:
        with scope.of(self.creditor.pk):
            return list(Task.objects.order_by("pk"))


def fresh(creditor: Creditor, folder: Path) -> World:
    """The creditor with a person who signs and an account in each currency; in rehearsal."""
    creditors.add_staff(
        creditor, "Maria Ivanova", email="maria@firm.example", phone="+359 2 000 0000", gender="f", title="", by="anna"
    )
    creditors.add_account(
        creditor, currency="EUR", on=date(2025, 1, 1), by="anna", iban="BG80BNBG96611020345678", bic="BNBGBGSD"
    )
    creditors.add_account(
        creditor, currency="GBP", on=date(2025, 1, 1), by="anna", iban="GB82WEST12345698765432", bic="WESTGB22"
    )
    return World(creditor, folder)


def only(found: Iterable[Message]) -> Message:
    """The one message there is."""
    (message,) = found
    return message
