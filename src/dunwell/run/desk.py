"""Letters on their way to the outbox, and what a plan came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from dunwell.core.frames import Portfolio, Proposal
from dunwell.core.refusal import Finding
from dunwell.run.letters import Letter
from dunwell.store import balances
from dunwell.store.enqueue import Draft, DraftItem
from dunwell.store.pages import NewLink
from dunwell.store.record_plan import NewTask


@dataclass
class Planned:
    """What one plan came to."""

    as_of: date
    run_id: int | None = None
    receivables: int = 0
    outcomes_changed: int = 0
    messages: int = 0
    waiting: int = 0
    tasks: int = 0
    findings: list[Finding] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    proposal: Proposal | None = None
    portfolio: Portfolio | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What one job wrote: its drafts, the texts of tasks, what could not be written, and the pages that letters name."""

    drafts: list[Draft]
    scripts: dict[int, str]
    found: list[tuple[int | None, Finding]]
    links: list[NewLink]


@dataclass
class Desk:
    """Letters on their way to the outbox; keeps the texts of tasks and what could not be written."""

    seen: Portfolio
    proposal: Proposal
    rehearsal: bool
    messages: int = 0
    waiting: int = 0
    found: list[tuple[int | None, Finding]] = field(default_factory=list)
    scripts: dict[int, str] = field(default_factory=dict)
    links: list[NewLink] = field(default_factory=list)
    credit: dict[int, str] = field(init=False)  # by customer

    def __post_init__(self) -> None:
        with_credit = self.seen.customers.filter(pl.col("credit_by_currency").list.len() > 0)
        self.credit = {
            customer: balances.credit_text({row["currency"]: row["amount"] for row in rows})
            for customer, rows in with_credit.select("customer_id", "credit_by_currency").iter_rows()
        }

    def drafts(self, written: Iterator[Letter]) -> Iterator[Draft]:
        for letter in written:
            if letter.findings:
                self.found += [(letter.action["customer_id"], finding) for finding in letter.findings]
            elif letter.message is None and letter.draft is not None:
                self.scripts[letter.action["action_id"]] = letter.draft.text
            elif letter.message is not None:
                if letter.link:
                    self.links.append(letter.link)
                yield self._draft(letter)

    def collected(self, written: Iterable[Done]) -> Iterator[Draft]:
        """The drafts of all jobs, one after the other; everything else that they came to is kept here."""
        for done in written:
            self.scripts |= done.scripts
            self.found += done.found
            self.links += done.links
            self.waiting += sum(draft.needs_approval for draft in done.drafts)
            yield from done.drafts

    def tasks(self) -> Iterator[NewTask]:
        items: dict[int, list[tuple[int, str | None]]] = {}
        for item in self.proposal.items.filter(pl.col("part") == "asked").iter_rows(named=True):
            items.setdefault(item["action_id"], []).append((item["receivable_id"], item["step"]))
        for action in self.proposal.actions.filter(pl.col("task").is_not_null()).iter_rows(named=True):
            yield NewTask(
                customer_id=action["customer_id"],
                contact_id=action["contact_id"],
                kind=action["task"],
                policy=self.seen.policies[action["policy"]].name,
                step=action["step"] or "",
                level=action["level"] or 0,
                text=self.scripts.get(action["action_id"], ""),
                items=tuple(items.get(action["action_id"], ())),
            )

    def _draft(self, letter: Letter) -> Draft:
        action, draft, message = letter.action, letter.draft, letter.message
        assert draft is not None and message is not None
        return Draft(
            customer_id=action["customer_id"],
            slot_on=self.proposal.as_of,
            purpose=action["purpose"],
            channel=action["channel"],
            step=action["step"],
            policy="" if action["policy"] is None else self.seen.policies[action["policy"]].name,
            content=action["content"],
            level=action["level"] or 0,
            locale=action["locale"],
            key=message.key,
            content_hash=draft.content_hash,
            message_id=message.message_id,
            rehearsal=self.rehearsal,
            needs_approval=bool(action["needs_approval"]),
            reasons=action["reasons"] or "",
            not_before=action["not_before"],
            not_after=action["not_after"],
            subject=draft.subject,
            text=draft.text,
            # An e-mail's HTML stands in its final bytes already.
            html="" if letter.mime else draft.html,
            mime=letter.mime,
            envelope_from=letter.facts.writer.email or letter.facts.reply_to,
            items=tuple(
                DraftItem(
                    receivable_id=item["receivable_id"],
                    step=item["step"],
                    part=item["part"],
                    amount=item["amount"] or 0,
                    currency=item["currency"],
                    credit=item["credit"] or 0,
                )
                for item in letter.items
            ),
            recipients=letter.recipients,
            had_link=bool(letter.facts.page_link),
            credit=self.credit.get(action["customer_id"], ""),
        )
