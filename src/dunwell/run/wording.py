"""A creditor's own wording of a text: shown, checked like the shipped ones, and saved as a version."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from dunwell.core.message import Draft
from dunwell.core.placeholders import PLACEHOLDERS
from dunwell.core.refusal import Finding, Refusal
from dunwell.engine import render, tact
from dunwell.run import letters_preview, packs
from dunwell.run.packs import Place
from dunwell.store import audit, load_letters, scope
from dunwell.store.models import ContentText, Creditor

DAYS_AHEAD = 14
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class TextUnknown(Refusal):
    """There is no text {name!r} in {locale!r}. Write it like `reminder.email`; texts: {known}."""


class TextUnfit(Refusal):
    """The text was not saved, because letters written with it would not be right."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(["The text was not saved:", *map(str, findings)]))
        self.findings = findings


def text_of(creditor: Creditor, locale: str, name: str) -> str:
    """The text in force: the creditor's own, else the shipped one."""
    source = packs.with_overrides(packs.standard(), load_letters.overrides(creditor.pk))
    return source.texts[_place(locale, name)]


def save(creditor: Creditor, locale: str, name: str, text: str, *, on: date, by: str, why: str) -> int:
    """Put a text in force from now on, an empty one for the shipped text again; gives its version."""
    place = _place(locale, name)
    if text and (findings := faults(place, text)):
        raise TextUnfit(findings)
    _, key, channel = place
    with scope.of(creditor.pk):
        known = ContentText.objects.filter(locale=locale, key=key, channel=channel).count()
        row = ContentText.objects.create(
            creditor=creditor,
            effective_on=on,
            by=by,
            why=why,
            locale=locale,
            key=key,
            channel=channel,
            version=known + 1,
            text=text,
        )
        content = {"version": row.version, "text": text, "why": why}
        audit.link(creditor.pk, actor=by, kind="wording", subject=f"{locale}/{name}", content=content)
    return row.version


def places() -> list[Place]:
    """Every text there is: (locale, key, channel)."""
    return sorted(packs.standard().texts)


def shipped(place: Place) -> str:
    return packs.standard().texts[place]


def version_counts() -> Counter[Place]:
    """How many versions of one's own each text has; evaluate inside `scope.of`."""
    rows = ContentText.objects.values_list("locale", "key", "channel")
    return Counter((locale, key, channel) for locale, key, channel in rows)


def versions(place: Place) -> list[ContentText]:
    """The creditor's own texts of a place, the newest first; evaluate inside `scope.of`."""
    locale, key, channel = place
    return list(ContentText.objects.filter(locale=locale, key=key, channel=channel).order_by("-version"))


def with_samples(text: str) -> tuple[str, str]:
    """Subject and words with each placeholder's sample in its place: how they read, whoever they go to."""
    filled = PLACEHOLDER.sub(
        lambda found: PLACEHOLDERS[found[1]].sample if found[1] in PLACEHOLDERS else found[0], text
    )
    head, fence, words = filled.removeprefix("---\n").partition("\n---\n")
    if not fence or not filled.startswith("---\n"):
        return "", filled
    lines = (line.partition(":") for line in head.splitlines())
    return next((said.strip() for name, _, said in lines if name == "subject"), ""), words.strip()


def of_customer(
    creditor: Creditor, place: Place, text: str, *, customer: int, on: date, rehearsal: bool
) -> Draft | Finding | None:
    """The text as a letter to a real customer, with what they owe; None where nothing is asked of them in the next days."""
    locale, key, channel = place
    for day in (on + timedelta(days) for days in range(DAYS_AHEAD)):
        found = letters_preview.look(creditor, day, rehearsal=rehearsal, customers=(customer,)).letters
        if not found:
            continue
        facts = found[0].facts
        facts = replace(facts, locale=locale, channel=channel, step=replace(facts.step, content_key=key))
        return render.compose(facts, render.prepare(packs.with_overrides(packs.standard(), {place: (text, 0)})))
    return None


def faults(place: Place, text: str) -> list[Finding]:
    """Everything that is wrong with a text: what cannot be read, and what is not tactful or not complete."""
    shipped = packs.standard()
    pack = render.prepare(packs.with_overrides(shipped, {place: (text, 0)}))
    unreadable = [one for one in pack.findings if one.file == shipped.files[place]]
    return unreadable or tact.check_text(pack.texts[place], place[0])


def _place(locale: str, name: str) -> Place:
    key, _, channel = name.removesuffix(".md").partition(".")
    texts = packs.standard().texts
    if (locale, key, channel) not in texts:
        known = ", ".join(
            f"{key}.{channel}" for one, key, channel in texts if one == (locale if locale in ("ru", "bg") else "en")
        )
        raise TextUnknown(name=name, locale=locale, known=known)
    return locale, key, channel
