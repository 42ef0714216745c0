"""The writers' reference, generated from the catalogue, so that it cannot fall behind: placeholders and tags."""

from __future__ import annotations

from dunwell.core.placeholders import PLACEHOLDERS
from dunwell.engine.texts import TAGS

TAG_MEANINGS = {
    "many": "the letter lists more than one invoice",
    "person": "the customer is a natural person",
    "f": "the writer is a woman (never in formal letters)",
    "m": "the writer is a man (never in formal letters)",
    "neutral": "the writer's gender is unknown",
    "formal": "the letter is `formal` or `final`",
    "firm": "the letter is `firm`, `formal` or `final`",
    "first": "nothing was written before",
    "called": "we wrote and called before",
    "only_called": "we called before and did not write",
    "page": "there is a page link",
    "paid": "a payment is known",
    "in_time": "that payment came in time",
    "numbers": "we know which invoices it covered",
    "several": "it covered several",
    "order": "the letter is about a request before work",
    "start": "the start of the work is known",
    "next": "the next free start is known",
    "emoji": "the pack's emoji are on",
    "week_start": "the letter is written on a Monday",
    "week_end": "the letter is written on a Friday",
    "task": "the text is for our own people",
    "not_late": "nothing listed is overdue",
    "kept": "that payment came by the day that was promised",
    "part_kept": "a promise was kept in part",
    "single": "what was agreed is one later day, not several payments",
    "last": "it is the last payment of an agreed schedule",
    "part_paid": "a part of something listed has been paid",
}


def placeholder_table() -> str:
    """Markdown: every placeholder with its description, the facts it needs, and a sample."""
    rows = ["| write | it becomes | needs | sample |", "|---|---|---|---|"]
    for placeholder in PLACEHOLDERS.values():
        name = f"`{{{placeholder.name}}}`" + (" ¶" if placeholder.stands_alone else "")
        rows.append(f"| {name} | {placeholder.description} | {placeholder.needs} | {placeholder.sample} |")
    return "\n".join(rows)


def tag_table() -> str:
    """Markdown: every tag of a block and when it holds."""
    return "\n".join(
        ["| tag | holds when |", "|---|---|", *(f"| `{tag}` | {TAG_MEANINGS[tag]} |" for tag in sorted(TAGS))]
    )
