"""What templates may ask: money, days, labels, icons, addresses. Nothing here decides or computes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from dunwell.core.money import Money
from dunwell.web.console import finding_words, labels
from dunwell.web.console import look as looks
from dunwell.web.console.desk import Desk

register = template.Library()


def locale() -> str:
    return (get_language() or "en")[:2]


@register.filter
def money(minor: int | Money | None, currency: str = "") -> str:
    """`{{ row.left|money:row.currency }}` or `{{ total|money }}` of a Money."""
    if minor is None:
        return ""
    amount = minor if isinstance(minor, Money) else Money(minor, currency)
    return looks.money(amount, locale())


@register.filter
def headline(amount: Money) -> str:
    return looks.money_short(amount, locale())


@register.simple_tag
def day(on: date | None, today: date) -> str:
    """`{% day row.due_on desk.today %}`."""
    return "" if on is None else looks.day(on, today, locale())


@register.filter
def long_day(on: date) -> str:
    return looks.long_day(on, locale())


@register.filter
def days(count: int) -> str:
    return looks.days(count)


@register.filter
def percent(share: float) -> str:
    """`{{ one.covered|percent }}`: a share as whole per cent."""
    return looks.number(round(share * 100), locale()) + "\u00a0%"


@register.filter
def number(value: int) -> str:
    return looks.number(value, locale())


@register.filter
def finding(text: str) -> str:
    """What is wrong with a row, or what to do, in the person's language."""
    return finding_words.said(text)


@register.filter
def label(code: str, kind: str) -> str:
    """`{{ message.channel|label:"channel" }}`: the word of the vocabulary for a stored code."""
    return labels.word(kind, code)


@register.filter
def words(text: str) -> list[str]:
    """`{% for code in "ru bg en"|words %}`."""
    return text.split()


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """`{% icon "phone" %}`: a picture beside a word, or (with a label on its button) instead of one."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>', more, static("vendor/icons.svg"), name
    )


@register.simple_tag
def badge(name: str) -> SafeString:
    """The round badge with the initials of a name."""
    return format_html(
        '<span class="badge-name hue-{}" aria-hidden="true">{}</span>', looks.hue(name), looks.initials(name)
    )


@register.simple_tag(takes_context=True)
def to(context: template.Context, name: str, *parts: Any) -> str:
    """`{% to "customer" row.customer_id %}`: the address of a page of this creditor."""
    desk: Desk = context["desk"]
    return desk.url(name, *parts)


@register.simple_tag(takes_context=True)
def may(context: template.Context, role: str) -> bool:
    """`{% may "approver" as may_approve %}`: whether the person at the desk may do what that role may."""
    desk: Desk = context["desk"]
    return desk.may(role)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The address's own filters with some changed: `{% query kind="call" after="" %}`; an empty one is left out."""
    asked = context["request"].GET.copy()
    for name, value in changes.items():
        asked[name] = str(value)
    for name in [name for name, value in asked.items() if not value]:
        del asked[name]
    return "?" + asked.urlencode()
