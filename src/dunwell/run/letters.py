"""From the plan's actions to drafts: the facts of each letter are gathered (`letter_facts`), the engine writes it.

One letter per action. What cannot be written (a text missing in a language, an account that is not valid) is a finding, and
nothing goes out for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from dunwell.core.frames import Portfolio, Proposal
from dunwell.core.ledger import Purpose, TaskKind
from dunwell.core.message import TASK_KEYS, Attachment, Draft, LetterFacts, Message
from dunwell.core.refusal import Finding
from dunwell.engine import mime, preflight, render
from dunwell.engine.render import Pack
from dunwell.run import letter_facts, letter_papers, letter_sources, packs, page_links
from dunwell.run.letter_papers import Enclosed
from dunwell.run.letter_sources import Sources
from dunwell.run.page_links import Pages
from dunwell.store import load_letters
from dunwell.store.enqueue import DraftRecipient
from dunwell.store.load_letters import Row
from dunwell.store.models import Creditor
from dunwell.store.pages import NewLink

THREAD_MAX = 5
ASSUMED_PHONE = "+10000000000"
_BROKE = {"promise_broken", "promise_kept_in_part"}


@dataclass(frozen=True, slots=True)
class Letter:
    """One written letter with what the outbox needs to know of it; or the finding that says why there is none."""

    action: Row
    items: tuple[Row, ...]
    facts: LetterFacts
    draft: Draft | None
    message: Message | None
    mime: bytes | None  # the final bytes without `Date`, which is written at sending
    recipients: tuple[DraftRecipient, ...]
    findings: tuple[Finding, ...]
    link: NewLink | None = None  # of the page that the letter names


def write(
    creditor: Creditor,
    portfolio: Portfolio,
    proposal: Proposal,
    *,
    rehearsal: bool,
    said: Mapping[str, Any] | None = None,
    thread: tuple[str, ...] = (),
    files: tuple[Attachment, ...] = (),
) -> Iterator[Letter]:
    """A letter for every action that is a message, and the text of every task that has one, in the order of the plan.

    `said` are facts of the letter that no ledger knows but a person named, `thread` the Message-IDs of what it answers, the
    last one nearest, `files` what a person puts in beside the invoices of a step.
    """
    is_written = (
        pl.col("task").is_null() | pl.col("content").is_in(TASK_KEYS) | (pl.col("task") == TaskKind.LETTER.value)
    )
    actions = proposal.actions.filter(is_written)
    if actions.is_empty():
        return
    items = proposal.items.join(actions.select("action_id"), on="action_id", how="semi")
    found = load_letters.details(
        creditor.pk,
        proposal.as_of,
        customers=actions["customer_id"].unique().to_list(),
        receivables=items["receivable_id"].unique().to_list(),
        rehearsal=rehearsal,
    )
    found = replace(found, contacts={**found.contacts, **_assumed(actions)})
    errand = _Errand(
        known=letter_sources.sources(creditor, portfolio, proposal.as_of, found, rehearsal=rehearsal),
        pack=_pack(tuple(sorted(load_letters.overrides(creditor.pk).items()))),
        pages=page_links.of(creditor, proposal.as_of, live=not rehearsal),
        said=said or {},
        answered=thread,
        files=files,
        live=not rehearsal,
    )
    by_action: dict[int, list[Row]] = {}
    for item in items.iter_rows(named=True):
        # The plan names no sum for what it gives thanks for; the outbox keeps the receivable's currency all the same.
        currency = item["currency"] or found.receivables[item["receivable_id"]]["currency"]
        by_action.setdefault(item["action_id"], []).append(item | {"currency": currency})
    for action in actions.iter_rows(named=True):
        yield _letter(errand, action, tuple(by_action.get(action["action_id"], ())))


def key_of(creditor_id: int, action: Row, items: tuple[Row, ...], slot: date, content_hash: str, *, live: bool) -> str:
    """The message's key: slot + step set + content hash, hashed; the same letter of the same day always has the same key.

    A rehearsed letter has another one: it was never sent, and does not stand in the way of the real one.
    """
    steps = sorted(f"{item['receivable_id']}:{item['step']}" for item in items if item["step"])
    parts = [
        str(creditor_id),
        str(action["customer_id"]),
        slot.isoformat(),
        action["purpose"],
        *steps,
        content_hash,
        "live" if live else "rehearsal",
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class _Errand:
    """What all letters of one run share: `said` is true of each of them, `answered` is the thread that they answer."""

    known: Sources
    pack: Pack
    pages: Pages
    said: Mapping[str, Any]
    answered: tuple[str, ...]
    files: tuple[Attachment, ...]
    live: bool


@lru_cache(maxsize=4)
def _pack(overrides: tuple[tuple[packs.Place, tuple[str, int]], ...]) -> Pack:
    """The shipped texts with the creditor's own, cut once: a mailing asks for them again with every job."""
    return render.prepare(packs.with_overrides(packs.standard(), dict(overrides)))


def _letter(errand: _Errand, action: Row, items: tuple[Row, ...]) -> Letter:
    known, pages = errand.known, errand.pages
    facts = letter_facts.of(known, action, items)
    recipients = _recipients(known, action)
    link = _link(errand, action, items, facts, recipients)
    if link and link.asks_survey:
        facts = replace(facts, survey_link=pages.survey_address(link))
    elif link:
        facts = replace(facts, page_link=pages.address(link))
    if errand.said:
        facts = replace(facts, **errand.said)
    enclosed = _enclosed(errand, action, items, facts)
    facts = replace(
        facts, sends_documents=bool(enclosed.files), leaves_documents_out=bool(enclosed.files) and not enclosed.is_all
    )
    composed = render.compose(facts, errand.pack, (*enclosed.files, *errand.files))
    if isinstance(composed, Finding):
        return Letter(action, items, facts, None, None, None, (), (composed,))
    if action["task"]:
        return Letter(action, items, facts, composed, None, None, (), ())
    works = letter_sources.calendar_of(known, action).is_business_day
    findings = preflight.preflight(composed, facts, works, live=errand.live)
    if findings:
        return Letter(action, items, facts, composed, None, None, (), findings)
    key = key_of(known.creditor.pk, action, items, known.as_of, composed.content_hash, live=errand.live)
    thread = errand.answered or _thread(known, items)
    message = Message(
        draft=composed,
        key=key,
        message_id=f"<{key[:40]}@{_domain(facts.writer.email or facts.reply_to)}>",
        in_reply_to=thread[-1] if thread else "",
        references=thread,
        unsubscribe_mailto=f"{facts.reply_to}?subject=STOP" if facts.reply_to else "",
        unsubscribe_url=pages.stop_address(link),
    )
    raw = mime.assemble(message)[len(mime.DATE_SLOT) :] if facts.channel == "email" else None
    return Letter(action, items, facts, composed, message, raw, recipients, (), link)


def _enclosed(errand: _Errand, action: Row, items: tuple[Row, ...], facts: LetterFacts) -> Enclosed:
    step = letter_facts.step_of(errand.known, action)
    if step is None or not step.attach_invoice or facts.channel not in letter_papers.CARRIERS:
        return Enclosed()
    return letter_papers.of(errand.known, items, channel=facts.channel, locale=facts.locale, rehearsal=not errand.live)


def _link(
    errand: _Errand, action: Row, items: tuple[Row, ...], facts: LetterFacts, recipients: tuple[DraftRecipient, ...]
) -> NewLink | None:
    return errand.pages.link(
        action,
        items,
        look=facts.step.look,
        readers=[reader.role for reader in (facts.reader, *facts.copies)],
        person_key=recipients[0].person_key if recipients else "",
        is_person=facts.customer.kind == "person" and not facts.copies,
        asks_survey=_asks_survey(errand.known, action),
    )


def _asks_survey(known: Sources, action: Row) -> bool:
    """Beside a thank-you by mail, where the policy wants it and the client was not asked lately."""
    if action["purpose"] != Purpose.THANKS or action["channel"] != "email" or action["policy"] is None:
        return False
    gap = known.portfolio.policies[action["policy"]].survey_gap_days
    return gap > 0 and action["customer_id"] not in known.surveyed[gap]


def _assumed(actions: pl.DataFrame) -> dict[int, Row]:
    """The contacts that a rehearsal assumes, by their negative numbers: nobody's address, so that the letter can be looked at."""
    nameless = dict.fromkeys(("given_name", "family_name", "patronymic", "gender", "role"), "")
    return {
        row["contact_id"]: {
            **nameless,
            "points": [
                {
                    "channel": row["channel"],
                    "address": f"customer-{row['customer_id']}@assumed.example"
                    if row["channel"] == "email"
                    else ASSUMED_PHONE,
                    "person_key": f"assumed {row['customer_id']}",
                }
            ],
        }
        for row in actions.filter(pl.col("contact_id") < 0).iter_rows(named=True)
    }


def _recipients(known: Sources, action: Row) -> tuple[DraftRecipient, ...]:
    named = [(action["contact_id"], False), *((one, True) for one in action["copies"] or ())]
    points = {
        contact: point
        for contact, _ in named
        if contact in known.found.contacts
        for point in reversed(known.found.contacts[contact]["points"])
        if point["channel"] == action["channel"]
    }
    return tuple(
        DraftRecipient(
            contact if contact > 0 else None, points[contact]["person_key"], points[contact]["address"], copy
        )
        for contact, copy in named
        if contact in points
    )


def _thread(known: Sources, items: tuple[Row, ...]) -> tuple[str, ...]:
    """Message-IDs of earlier letters about the same invoices, oldest first."""
    earlier = {
        entry["message_id"]: entry["on"]
        for item in items
        for entry in known.found.history.get(item["receivable_id"], ())
        if entry["message_id"]
    }
    return tuple(sorted(earlier, key=lambda one: (earlier[one], one))[-THREAD_MAX:])


def _domain(mailbox: str) -> str:
    return mailbox.rpartition("@")[2].lower() or "dunwell.invalid"
