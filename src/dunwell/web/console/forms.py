"""Forms of the console: Django's, with fields that know how money, days and choices are asked for here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dunwell.core.money import Money
from dunwell.web.console import labels

Words = Any
"""A sentence, or one that is translated when it is shown."""


class Form(forms.Form):
    """Shown by `console/form.html`; `dunwell.web.console.deeds.ask` asks with it."""

    use_required_attribute = True


def day(label: Words, *, attrs: Mapping[str, str] | None = None, **more: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date", "class": "form-control", **(attrs or {})}, "%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def text(label: Words, *, rows: int = 1, **more: Any) -> forms.CharField:
    """One line, or a field of several."""
    look: dict[str, Any] = {"class": "form-control"}
    widget = forms.Textarea({**look, "rows": rows}) if rows > 1 else forms.TextInput(look)
    return forms.CharField(label=label, widget=widget, max_length=more.pop("max_length", 2000), **more)


def why(*, required: bool = True) -> forms.CharField:
    return text(_("Why"), rows=2, required=required, help_text=_("Stays in the records; the client does not see it."))


def choice(label: Words, choices: Mapping[str, Words] | list[tuple[str, Words]], **more: Any) -> forms.ChoiceField:
    """A few choices are seen at once, many fold into a list."""
    pairs = list(choices.items()) if isinstance(choices, Mapping) else choices
    widget = forms.RadioSelect() if len(pairs) <= 6 else forms.Select({"class": "form-select"})
    return forms.ChoiceField(label=label, choices=pairs, widget=widget, **more)


def several(label: Words, choices: Mapping[str, Words], **more: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple({"class": "check"})
    return forms.MultipleChoiceField(label=label, choices=list(choices.items()), widget=widget, **more)


def words(kind: str, codes: list[str]) -> dict[str, Words]:
    """The choices of a closed list, in the vocabulary's words."""
    return {code: labels.WORDS[kind].get(code, code) for code in codes}


def money(typed: str, currency: str) -> Money | None:
    """A sum as people type it, `1 234,50` or `1234.50`; None where nothing was typed. What is no sum is refused."""
    plain = "".join(typed.split()).replace(",", ".")
    return Money.parse(plain, currency) if plain else None


def not_before(today: date) -> dict[str, str]:
    """For the widget of a day: earlier days cannot be chosen."""
    return {"min": today.isoformat()}
