"""Plays the stories beside a policy day by day with the plan's own decision code, and compares what happened with them.

A story that fails is shown as a timeline: what was expected, what happened, and what held it on the days between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from dunwell.core import frames
from dunwell.core import scenario as scenario_text
from dunwell.core.calendar import Calendar
from dunwell.core.frames import Portfolio, Proposal, Schema
from dunwell.core.jurisdiction import Jurisdiction
from dunwell.core.money import Money, total_by_currency
from dunwell.core.policy import Policy
from dunwell.core.scenario import BESIDE_THE_LADDER, Expectation, Scenario
from dunwell.engine import plan
from dunwell.run import calendars, jurisdictions, policies
from dunwell.run.scenario_book import Book
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
    starts: date | None = None
    later: date | None = None

    def __str__(self) -> str:
        what = f"task: {self.task} ({self.step})" if self.task else f"{self.step} by {self.channel}"
        who = f" to {self.to}" + (f", copy to {', '.join(self.copies)}" if self.copies else "") if self.to else ""
        asks = f", asks {' + '.join(map(str, self.asks))} for {', '.join(self.about)}" if self.asks else ""
        start = f", starts {self.starts}, later {self.later or '–'}" if self.starts else ""
        return f"{what}{who}{asks}{start}{', to be approved' if self.approval else ''}  [{self.reasons}]"


@dataclass
class Played:
    """All that happened in one story, and for each day on which the program ran the reasons of its receivables."""

    happenings: list[Happening] = field(default_factory=list)
    reasons: dict[date, str] = field(default_factory=dict)

    def add(self, book: Book, proposal: Proposal) -> None:
        outcomes = proposal.outcomes.filter(pl.col("customer_id") == book.number)
        self.reasons[proposal.as_of] = "; ".join(outcomes.get_column("reasons").drop_nulls())
        self.happenings += _happenings(proposal, book)


def read(name: str, own: Path | None = None) -> list[Scenario]:
    """The stories beside a policy; raises `FileUnusable` with the findings of their file."""
    file, text = policies.scenarios_text(name, own)
    found, findings = scenario_text.read(text, file)
    if findings:
        raise FileUnusable(findings)
    return found


def check(name: str, own: Path | None = None) -> list[str]:
    """What differs from the stories beside one policy, for a person who has changed it; empty when all come out as told."""
    all_policies = policies.load_all(own)
    stories = [(story, all_policies[name]) for story in read(name, own)]
    together = zip(stories, play(stories, all_policies), strict=True) if stories else ()
    return [line for (story, _), played in together for line in failures(story, played)]


def failures(scenario: Scenario, played: Played) -> list[str]:
    """What differs from the story, each with file and line, and the timeline at the end; empty when it came out as told."""
    wrong = list(_differences(scenario, played))
    return [*wrong, timeline(scenario, played)] if wrong else []


def play(stories: Sequence[tuple[Scenario, Policy]], others: Mapping[str, Policy]) -> list[Played]:
    """Every story day by day, from the first day on which one of its documents was known to its end.

    They are played together, each with a customer of its own: one plan a day instead of one for each story. `others` are
    the policies that documents of the stories name.
    """
    all_policies = {policy.name: policy for policy in (*others.values(), *(policy for _, policy in stories))}
    places = {name: place for place, name in enumerate(all_policies)}
    profiles = jurisdictions.load_all()
    books = [Book(number, story, policy, places, profiles) for number, (story, policy) in enumerate(stories, 1)]
    days_off = calendars.load(_countries(books), _years(books), profiles, {})
    played = {book.number: Played() for book in books}
    for day in _days(books):
        for group in _run_together(books, day):
            portfolio = _portfolio(group, day, tuple(all_policies.values()), profiles, days_off)
            proposal = plan.propose(portfolio, day)
            for book in group:
                played[book.number].add(book, proposal)
                book.record(proposal)
    return list(played.values())


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


def _days(books: list[Book]) -> Iterator[date]:
    day = min(_first_day(book.scenario) for book in books)
    end = max(book.scenario.ends for book in books)
    while day <= end:
        yield day
        day += timedelta(1)


def _run_together(books: list[Book], day: date) -> list[list[Book]]:
    """The books that are planned on the day, after its events; those whose money is known up to the same day together."""
    groups: dict[tuple[str, date], list[Book]] = {}
    for book in books:
        if not _first_day(book.scenario) <= day <= book.scenario.ends:
            continue
        for event in book.scenario.events:
            if event.on == day:
                book.apply(event)
        if not _is_away(book.scenario, day):
            book.keep_places(day)
            groups.setdefault((book.creditor_country, book.covered_until(day)), []).append(book)
    return list(groups.values())


def _portfolio(
    group: list[Book],
    day: date,
    all_policies: tuple[Policy, ...],
    profiles: Mapping[str, Jurisdiction],
    days_off: Mapping[str, Calendar],
) -> Portfolio:
    rows = [book.rows(day) for book in group]

    def frame(name: str, schema: Schema) -> pl.DataFrame:
        found = [{column: row.get(column) for column in schema} for one in rows for row in one[name]]
        return pl.DataFrame(found, schema=schema)

    return Portfolio(
        receivables=frame("receivables", frames.RECEIVABLES),
        customers=frame("customers", frames.CUSTOMERS),
        contacts=frame("contacts", frames.CONTACTS),
        steps_done=frame("steps_done", frames.STEPS_DONE),
        under_way=frame("under_way", frames.UNDER_WAY),
        pauses=frame("pauses", frames.PAUSES),
        touches=frame("touches", frames.TOUCHES),
        signs=frame("signs", frames.SIGNS),
        settled=frame("settled", frames.SETTLED),
        forecasts=frame("forecasts", frames.FORECASTS),
        policies=all_policies,
        jurisdictions=dict(profiles),
        calendars=dict(days_off),
        creditor_calendar=days_off[group[0].creditor_country],
        covered_until=group[0].covered_until(day),
        instalments=frame("instalments", frames.INSTALMENTS),
    )


def _first_day(scenario: Scenario) -> date:
    return min(document.known for document in scenario.documents)


def _countries(books: list[Book]) -> set[str]:
    return {country for book in books for country in (book.scenario.customer.country, book.creditor_country)}


def _years(books: list[Book]) -> range:
    first = min(document.issued for book in books for document in book.documents)
    return range(first.year - 1, max(book.scenario.ends for book in books).year + 2)


def _is_away(scenario: Scenario, day: date) -> bool:
    return any(event.kind == "away" and event.on <= day < (event.until or date.max) for event in scenario.events)


def _happenings(proposal: Proposal, book: Book) -> Iterator[Happening]:
    for action in book.going(proposal).to_dicts():
        items = proposal.items.filter(pl.col("action_id") == action["action_id"]).to_dicts()
        asked = [item for item in items if item["part"] in ("asked", "listed")]
        sums = total_by_currency(Money(item["amount"] - (item["credit"] or 0), item["currency"]) for item in asked)
        places = (book.place_of(item["receivable_id"], proposal.as_of) for item in asked)
        place = next((one for one in places if one), None)
        yield Happening(
            on=proposal.as_of,
            step=action["purpose"] if action["purpose"] in BESIDE_THE_LADDER else action["step"],
            task=action["task"] or "",
            channel=action["channel"] or "",
            to=book.role_of(action["contact_id"]),
            copies=tuple(book.role_of(contact) for contact in action["copies"]),
            asks=tuple(sums.values()),
            about=tuple(book.name_of(item["receivable_id"]) for item in asked),
            approval=action["needs_approval"],
            reasons=action["reasons"] or "",
            starts=place.starts_on if place else None,
            later=place.later if place else None,
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
    if expected.starts and (expected.starts, expected.later) != (found.starts, found.later):
        yield f"work starts {found.starts}, later {found.later}; expected {expected.starts}, later {expected.later}"
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
