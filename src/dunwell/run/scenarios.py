"""Plays the stories beside a policy day by day with the plan's own decision code, and compares what happened with them.

A story that fails is shown as a timeline: what was expected, what happened, and what held it on the days between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from dunwell.core import scenario as stories
from dunwell.core.frames import Proposal
from dunwell.core.money import Money, total_by_currency
from dunwell.core.policy import Policy
from dunwell.core.scenario import THANKS, Expectation, Scenario
from dunwell.engine import plan
from dunwell.run import calendars, jurisdictions, policies
from dunwell.run.scenario_book import CUSTOMER, Book
from dunwell.run.toml_files import FileUnusable


@dataclass(frozen=True, slots=True)
class Happening:
    """A message or task of one day, in the words of a story."""

    on: date
    step: str
    task: str
    channel: str
    to: str
    copies: tuple[str, ...]
    asks: tuple[Money, ...]
    about: tuple[str, ...]
    approval: bool
    reasons: str

    def __str__(self) -> str:
        what = f"task: {self.task} ({self.step})" if self.task else f"{self.step} by {self.channel}"
        who = f" to {self.to}" + (f", copy to {', '.join(self.copies)}" if self.copies else "") if self.to else ""
        asks = f", asks {' + '.join(map(str, self.asks))} for {', '.join(self.about)}" if self.asks else ""
        return f"{what}{who}{asks}{', to be approved' if self.approval else ''}  [{self.reasons}]"


@dataclass(frozen=True, slots=True)
class Played:
    """All that happened, and for each day the reasons of the outcomes of all receivables."""

    happenings: tuple[Happening, ...]
    reasons: dict[date, str]


def read(name: str, own: Path | None = None) -> list[Scenario]:
    """The stories beside a policy; raises `FileUnusable` with the findings of their file."""
    file, text = policies.scenarios_text(name, own)
    found, findings = stories.read(text, file)
    if findings:
        raise FileUnusable(findings)
    return found


def failures(scenario: Scenario, policy: Policy, own: Path | None = None) -> list[str]:
    """What differs from the story, each with file and line, and the timeline at the end; empty when it came out as told."""
    played = play(scenario, policy, own)
    wrong = list(_differences(scenario, played))
    return [*wrong, timeline(scenario, played)] if wrong else []


def play(scenario: Scenario, policy: Policy, own: Path | None = None) -> Played:
    """Every day from the first on which a document was known to the story's end."""
    book = _book(scenario, policy, own)
    happenings: list[Happening] = []
    reasons: dict[date, str] = {}
    day = min((document.known for document in scenario.documents), default=scenario.starts)
    while day <= scenario.ends:
        for event in scenario.events:
            if event.on == day:
                book.apply(event)
        if not _is_away(scenario, day):
            proposal = plan.propose(book.portfolio(day), day)
            happenings += _happenings(proposal, book)
            reasons[day] = "; ".join(proposal.outcomes.get_column("reasons").drop_nulls())
            book.record(proposal)
        day += timedelta(1)
    return Played(tuple(happenings), reasons)


def timeline(scenario: Scenario, played: Played) -> str:
    """What happened and what was expected, day by day, for a person to read."""
    lines = [f"{scenario.file}:{scenario.line} {scenario.title}"]
    days = (
        {event.on for event in scenario.events}
        | {one.on for one in played.happenings}
        | {one.on for one in scenario.expected}
    )
    for day in sorted(days):
        lines += [
            f"  {day:%a %Y-%m-%d}  event     {event.kind} {event.value}" for event in scenario.events if event.on == day
        ]
        lines += [f"  {day:%a %Y-%m-%d}  expected  {_told(one)}" for one in scenario.expected if one.on == day]
        today = [one for one in played.happenings if one.on == day]
        lines += [f"  {day:%a %Y-%m-%d}  happened  {one}" for one in today]
        if not today:
            lines.append(f"  {day:%a %Y-%m-%d}  nothing   [{played.reasons.get(day, 'no run')}]")
    return "\n".join(lines)


def _book(scenario: Scenario, policy: Policy, own: Path | None) -> Book:
    profiles = jurisdictions.load_all()
    others = sorted({document.policy for document in scenario.documents} - {"", policy.name})
    return Book(
        scenario,
        (policy, *(policies.load(name, own) for name in others)),
        profiles,
        calendars.load(_countries(scenario), _years(scenario), profiles, {}),
    )


def _countries(scenario: Scenario) -> set[str]:
    return {scenario.customer.country, scenario.creditor_country or scenario.customer.country}


def _years(scenario: Scenario) -> range:
    days = [document.issued for document in scenario.documents]
    return range(min(days).year - 1, scenario.ends.year + 2)


def _is_away(scenario: Scenario, day: date) -> bool:
    return any(event.kind == "away" and event.on <= day < (event.until or date.max) for event in scenario.events)


def _happenings(proposal: Proposal, book: Book) -> Iterator[Happening]:
    for action in proposal.actions.filter(pl.col("customer_id") == CUSTOMER).to_dicts():
        items = proposal.items.filter(pl.col("action_id") == action["action_id"]).to_dicts()
        asked = [item for item in items if item["part"] in ("asked", "listed")]
        sums = total_by_currency(Money(item["amount"] - (item["credit"] or 0), item["currency"]) for item in asked)
        yield Happening(
            on=proposal.as_of,
            step=THANKS if action["purpose"] == THANKS else action["step"],
            task=action["task"] or "",
            channel=action["channel"] or "",
            to=book.role_of(action["contact_id"]),
            copies=tuple(book.role_of(contact) for contact in action["copies"] or ()),
            asks=tuple(sums.values()),
            about=tuple(book.number_of(item["receivable_id"]) for item in asked),
            approval=action["needs_approval"],
            reasons=action["reasons"] or "",
        )


def _differences(scenario: Scenario, played: Played) -> Iterator[str]:
    left = [one for one in played.happenings if scenario.starts <= one.on <= scenario.ends]
    for expected in scenario.expected:
        place = f"{scenario.file}:{expected.line}"
        if expected.step:
            found = next((one for one in left if one.on == expected.on and one.step == expected.step), None)
            if found is None:
                yield f"{place} expected {_told(expected)} on {expected.on:%a %Y-%m-%d}: it did not happen"
                continue
            left.remove(found)
            yield from (
                f"{place} {expected.step} on {expected.on:%a %Y-%m-%d}: {what}" for what in _unlike(expected, found)
            )
        elif expected.because:
            yield from _other_reasons(expected, played, place)
    for unexpected in left:
        yield f"{scenario.file}:{scenario.line} not expected on {unexpected.on:%a %Y-%m-%d}: {unexpected}"


def _unlike(expected: Expectation, found: Happening) -> Iterator[str]:
    """What the story says and the day does not; what the story leaves open is not compared."""
    pairs = {
        "task": (expected.task, found.task),
        "channel": (expected.channel, found.channel),
        "to": (expected.to, found.to),
        "asks": (tuple(sorted(map(str, expected.asks))), tuple(sorted(map(str, found.asks)))),
        "about": (tuple(sorted(expected.about)), tuple(sorted(found.about))),
    }
    yield from (
        f"{name} is {there!r}, expected {told!r}" for name, (told, there) in pairs.items() if told and told != there
    )
    if expected.copies is not None and sorted(expected.copies) != sorted(found.copies):
        yield f"copies go to {sorted(found.copies)}, expected {sorted(expected.copies)}"
    if expected.approval is not None and expected.approval != found.approval:
        yield f"approval is {found.approval}, expected {expected.approval}"
    if expected.because and expected.because not in _codes(found.reasons):
        yield f"the reasons are {found.reasons!r}, expected {expected.because!r}"


def _other_reasons(expected: Expectation, played: Played, place: str) -> Iterator[str]:
    day = expected.on
    while day <= expected.until:
        if day in played.reasons and expected.because not in _codes(played.reasons[day]):
            yield f"{place} on {day:%a %Y-%m-%d} the reason is {played.reasons[day]!r}, expected {expected.because!r}"
            return
        day += timedelta(1)


def _codes(reasons: str) -> set[str]:
    return {part.partition("=")[0].strip() for part in reasons.split(";")}


def _told(expected: Expectation) -> str:
    if not expected.step:
        until = f" until {expected.until:%a %Y-%m-%d}" if expected.until != expected.on else ""
        return f"nothing{until}" + (f" because {expected.because}" if expected.because else "")
    words = [expected.step, *(part for part in (expected.task, expected.channel, expected.to) if part)]
    return " ".join(words) + (f" asking {' + '.join(map(str, expected.asks))}" if expected.asks else "")
