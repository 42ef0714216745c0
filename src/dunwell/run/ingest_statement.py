"""A bank statement into the ledger: entries once, money in as payments, money out where it takes a payment back.

Only what the bank has booked, on an account that is the creditor's, counts. A whole statement moves forward the day up to
which payments are known; a gap between two statements does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from dunwell.core import accounts
from dunwell.core import frames_import as schemas
from dunwell.core.documents import (
    Entry,
    StatementClosed,
    StatementOpened,
    StatementStream,
)
from dunwell.core.money import CURRENCIES, AmountUnreadable, Money, UnknownCurrency
from dunwell.core.records import Severity
from dunwell.core.refusal import Finding
from dunwell.engine import coverage, overlap, returns
from dunwell.engine.overlap import Frame
from dunwell.engine.returns import Candidate, Return
from dunwell.run import statement_rows
from dunwell.run.ingest import SHOWN_FINDINGS, Summary
from dunwell.run.statement_rows import Section, clean
from dunwell.store import bulk, record_import, record_statement
from dunwell.store.models import Statement
from dunwell.store.record_import import Origin

FRAME_ROWS = 20_000
# More than any payment, and less than what sums of them could overflow.
MINOR_MAX = 10**15
UNNAMED_ACCOUNT = "statement"
"""The money source of a statement that names no account, for a creditor who has listed none."""
ANALYZE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said about a statement: its account where the file names none, that this account is theirs, and the
    name under which its days are counted. `currency` is that of the creditor's books.
    """

    currency: str
    account: str = ""
    is_own: bool = False
    source: str = ""


def take(stream: StatementStream, origin: Origin, summary: Summary, said: Said, *, is_notification: bool) -> None:
    """Record a statement in the transaction of the caller; refusals of its reader leave nothing behind."""
    record_statement.lock(origin.creditor_id)
    errand = _Errand(origin, summary, said, is_notification, record_statement.own_accounts())
    for event in stream:
        errand.see(event)
    errand.finish()
    if summary.rows >= ANALYZE_ROWS:
        bulk.analyze("bank_entry", "payment", "imported_row")


@dataclass
class _Errand:
    origin: Origin
    summary: Summary
    said: Said
    is_notification: bool
    own: list[tuple[str, str]]
    sections: dict[str, Section] = field(default_factory=dict)
    current: Section | None = None
    lines: int = 0
    first_day: date | None = None
    found: list[Finding] = field(default_factory=list)

    def see(self, event: StatementOpened | Entry | StatementClosed | Finding) -> None:
        if isinstance(event, Entry):
            self._entry(event)
        elif isinstance(event, StatementOpened):
            account = self._canonical(event.account)
            self.current = self.sections.setdefault(account, Section(account, event.currency, event.number))
        elif isinstance(event, StatementClosed):
            section = self.sections.pop(self._canonical(event.account), None)
            if section:
                self._record(section, event)
        else:
            self._finding(event)

    def finish(self) -> None:
        for section in self.sections.values():
            self._record(section, StatementClosed(section.account, section.currency))
        if self.first_day:
            self._returns(self.first_day)
        self._record_findings()

    # reading

    def _canonical(self, written: str) -> str:
        """The account as the creditor's own list writes it, so that it has one name in every format."""
        written = clean(written) or self.said.account
        if not written and len(self.own) == 1:
            return accounts.account_key(self.own[0][0])
        known = (one for one, _ in self.own if accounts.is_same(one, written))
        return accounts.account_key(next(known, written))

    def _entry(self, entry: Entry) -> None:
        section = self.current or self.sections.setdefault("", Section(self._canonical(""), "", ""))
        self.summary.rows += 1
        self.lines += 1
        if entry.status != "booked":
            self.summary.counts["not_booked"] += 1
            return
        day = entry.booking_date or entry.value_date
        try:
            money = self._money(entry, section)
        except (UnknownCurrency, AmountUnreadable) as wrong:
            self._unreadable(entry, str(wrong))
            section.is_doubtful = True
            return
        if day is None or abs(money.minor) > MINOR_MAX:
            self._unreadable(entry, "it has no date." if day is None else f"{money} is no sum that anybody pays.")
            section.is_doubtful = True
            return
        if not money:
            return
        section.rows.append(statement_rows.row(self.lines, entry, section.account, day, money, own=self.own))
        section.received += statement_rows.received(self.lines, entry, day, money)
        if len(section.rows) >= FRAME_ROWS:
            section.spill()

    def _money(self, entry: Entry, section: Section) -> Money:
        currency = entry.currency or section.currency or self._currency_of(section.account)
        if not currency and "currency_assumed" not in {one.code for one in self.found}:
            self._finding(
                Finding(
                    "currency_assumed",
                    f"The statement names no currency; its sums were taken for {self.said.currency}.",
                    field="currency",
                    value=self.said.currency,
                    remedy='Where it is another, import it with a mapping that says currency = "…".',
                )
            )
        return Money.parse(entry.amount, currency or self.said.currency)

    def _currency_of(self, account: str) -> str:
        return next((currency for one, currency in self.own if accounts.account_key(one) == account), "")

    # recording

    def _record(self, section: Section, closed: StatementClosed) -> None:
        told, received = section.told()
        if not self._is_ours(section.account):
            return
        frame = self._frame(section, closed, told)
        known = [Frame(*row[1:], statement_id=row[0]) for row in record_statement.frames(section.account)]
        statement = Statement.objects.create(
            creditor_id=self.origin.creditor_id,
            effective_on=self.origin.on,
            by=self.origin.by,
            file_id=self.origin.file_id,
            account=section.account,
            currency=self._currency(section, closed),
            number=clean(section.number) or "",
            from_date=frame.from_date,
            to_date=None if self.is_notification else frame.to_date,
            opening=frame.opening,
            closing=frame.closing,
            is_whole=frame.is_whole,
        )
        if not told.is_empty():
            self._record_entries(statement.pk, section.account, told, received, frame, known)
        self._cover(section.account)

    def _record_entries(
        self,
        statement_id: int,
        account: str,
        told: pl.DataFrame,
        received: pl.DataFrame,
        frame: Frame,
        known: Sequence[Frame],
    ) -> None:
        remembered = record_statement.known_entries(account, told["day"].to_list(), less=statement_id)
        for other, days in overlap.continued(frame, known).items():
            remembered = remembered.filter(~((pl.col("statement_id") == other) & pl.col("day").is_in(sorted(days))))
        is_new = overlap.is_new(told, remembered, frame)
        new = told.filter(is_new)
        self.summary.counts["entries_same"] += told.height - new.height
        self._split(account, told.filter(~is_new), received)
        if new.is_empty():
            return
        taken = record_statement.taken(account, new["key"].unique().to_list())
        new = new.with_columns(identity=pl.Series(overlap.numbered(new["key"], taken), dtype=pl.String))
        record_statement.entries(self.origin, statement_id, account, new)
        ours = new.filter(~pl.col("is_own")).select("line", "identity")
        added = record_statement.payments(self.origin, account, received.join(ours, on="line"))
        self.summary.counts.update(
            entries_new=new.height,
            payments_new=added,
            own_transfers=int(new["is_own"].sum()),
        )
        first = new["day"].min()
        assert isinstance(first, date)
        self.first_day = min(first, self.first_day or first)

    def _split(self, account: str, again: pl.DataFrame, received: pl.DataFrame) -> None:
        """A batch that was booked as one sum and whose parts are named now: each part becomes a payment in its place."""
        parts = received.filter(pl.col("part") > 0)
        batches = again.join(parts, on="line", how="semi")
        if batches.is_empty():
            return
        whole = record_statement.whole_batches(account, batches)
        for _, identity, payment_id, day, amount in whole.iter_rows():
            external_id = f"{account}|{identity}|split"
            why = "the parts of the batch are known now"
            record_statement.take_back(
                self.origin, payment_id, amount=amount, day=day, external_id=external_id, undo=True, why=why
            )
        added = record_statement.payments(self.origin, account, parts.join(whole.select("line", "identity"), on="line"))
        self.summary.counts.update(batches_split=whole.height, payments_new=added)

    def _frame(self, section: Section, closed: StatementClosed, told: pl.DataFrame) -> Frame:
        """The statement's days and balances; without stated days those of its entries."""
        currency = self._currency(section, closed)
        opening, closing = (_minor(each, currency) for each in (closed.opening, closed.closing))
        days = told["day"].to_list()
        from_date = min([*days, *filter(None, [closed.from_date])], default=None)
        to_date = max([*days, *filter(None, [closed.to_date])], default=None)
        moved = int(told.filter(pl.col("currency") == currency)["amount"].sum())
        is_whole = (
            not section.is_doubtful
            and opening is not None
            and closing is not None
            and opening + moved == closing
            and from_date is not None
        )
        return Frame(from_date, to_date, opening, closing, is_whole)

    def _currency(self, section: Section, closed: StatementClosed) -> str:
        told = (section.currency, closed.currency, self._currency_of(section.account), self.said.currency)
        return next((each for each in told if each in CURRENCIES), "")

    def _is_ours(self, account: str) -> bool:
        """Whether an account is the creditor's; a foreign one's money is not counted, and one that nobody listed is told."""
        if any(accounts.account_key(one) == account for one, _ in self.own) or self.said.is_own:
            return True
        if not account and not self.own:
            return True
        if not account:
            self._finding(
                Finding(
                    "account_not_named",
                    "The statement names no account, and you have several: nothing of it was recorded.",
                    field="account",
                    remedy="Import it again with --account IBAN.",
                )
            )
            self.summary.counts["entries_refused"] += self.lines
            return False
        if not self.own:
            self._finding(
                Finding(
                    "account_not_listed",
                    "No account of yours is recorded; this one was taken for yours.",
                    field="account",
                    value=account,
                    remedy="Record the account where clients pay: `dunwell account --currency … --iban …`.",
                )
            )
            return True
        self._finding(
            Finding(
                "account_unknown",
                f"The account {account} is none of yours: nothing of its statement was recorded.",
                field="account",
                value=account,
                remedy="If it is yours, import the file again with --own-account.",
            )
        )
        self.summary.counts["entries_refused"] += self.lines
        return False

    def _cover(self, account: str) -> None:
        """Payments are known up to the end of the statements that adjoin one another, but for a day that is not over."""
        if self.is_notification:
            return
        frames = [Frame(*row[1:], statement_id=row[0]) for row in record_statement.frames(account)]
        until, gap = coverage.covered(frames)
        if gap:
            self._finding(
                Finding(
                    "statement_missing",
                    f"Between the statements of {gap[0]} and {gap[1]} something is missing on the account {account}: "
                    f"payments count as known up to {gap[0]} only.",
                    field="account",
                    value=account,
                    remedy="Import the statement between them.",
                )
            )
        if until:
            until = min(until, self.origin.on - timedelta(1))
            self.summary.counts["sources_covered"] += record_statement.cover(
                self.origin, self.said.source or account or UNNAMED_ACCOUNT, until
            )

    # money out

    def _returns(self, since: date) -> None:
        grouped: dict[int, list[tuple[Any, ...]]] = {}
        for row in record_statement.open_returns(since):
            grouped.setdefault(row[0], []).append(row)
        for rows in grouped.values():
            self._return(rows)

    def _return(self, rows: Sequence[tuple[Any, ...]]) -> None:
        _, external_id, day, amount, is_reversal, text = rows[0][:6]
        customers = {row[6]: row[11] for row in rows}
        candidates = [Candidate(*row[6:11]) for row in rows if row[6] is not None]
        found = returns.meant(amount, candidates, is_reversal=is_reversal)
        if found and found[0] in (Return.REVERSAL, Return.REFUND):
            kind, payment = found
            record_statement.take_back(
                self.origin,
                payment.payment_id,
                amount=amount,
                day=day,
                external_id=external_id,
                undo=kind is Return.REVERSAL,
            )
            self.summary.counts["payments_taken_back"] += 1
        elif found or is_reversal:
            self._unclear(day, amount, text, customers.get(found[1].payment_id) if found else None)

    def _unclear(self, day: date, amount: int, text: str, customer: int | None) -> None:
        self.summary.counts["returns_unclear"] += 1
        finding = Finding(
            "return_unclear",
            f"Money went out on {day} that may take a payment back: {text or 'no text'} ({amount} in minor units).",
            field="amount",
            value=str(amount),
            remedy="Where a payment did not stay, take its allocation back: `dunwell allocate --undo NUMBER`.",
        )
        self._show(finding)
        record_import.findings(self.origin, _as_frame([finding], customer), self.summary.file)

    # findings

    def _unreadable(self, entry: Entry, reason: str) -> None:
        self.summary.counts["rows_refused"] += 1
        self._finding(
            Finding(
                "entry_unreadable",
                f"An entry cannot be read and was left out: {reason}",
                line=entry.line,
                remedy="Enter it by hand.",
            )
        )

    def _finding(self, finding: Finding) -> None:
        self._show(finding)
        self.found.append(finding)

    def _show(self, finding: Finding) -> None:
        self.summary.findings_total += 1
        if len(self.summary.findings) < SHOWN_FINDINGS:
            self.summary.findings.append(replace(finding, file=self.summary.file))

    def _record_findings(self) -> None:
        # Pending entries are told every day and become booked by themselves: nobody needs to settle them.
        lasting = [one for one in self.found if one.code != "entry_not_booked"]
        if lasting:
            record_import.findings(self.origin, _as_frame(lasting, None), self.summary.file)


def _as_frame(findings: Iterable[Finding], customer: int | None) -> pl.DataFrame:
    rows = [
        {
            "line": one.line,
            "severity": str(Severity.WARNING),
            "code": one.code,
            "holds": customer is not None,
            "field": one.field,
            "value": one.value,
            "message": one.message,
            "remedy": one.remedy,
        }
        for one in findings
    ]
    frame = pl.DataFrame(rows, schema=schemas.IMPORT_FINDINGS)
    return frame.with_columns(customer=pl.lit(customer, pl.Int64))


def _minor(amount: Decimal | None, currency: str) -> int | None:
    try:
        minor = None if amount is None else Money.parse(amount, currency).minor
        return minor if minor is not None and abs(minor) <= MINOR_MAX else None
    except (UnknownCurrency, AmountUnreadable):
        return None
