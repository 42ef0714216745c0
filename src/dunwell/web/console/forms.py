"""Forms of the console: Django's, with fields that know how money, days and choices are asked for here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dunwell.core.money import AmountUnreadable, Money
from dunwell.web.console import labels

Words = Any
"""A sentence, or one that is translated when it is shown."""


NUMBER = re.compile(r"[0-9]{1,18}")


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


def email(label: Words, **more: Any) -> forms.EmailField:
    return forms.EmailField(label=label, widget=forms.EmailInput({"class": "form-control"}), **more)


def whole(label: Words, *, low: int, high: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, widget=forms.NumberInput({"class": "form-control num"}), **more
    )


def secret(label: Words, **more: Any) -> forms.CharField:
    """Typed anew each time: what is stored is never sent to a page."""
    widget = forms.PasswordInput({"class": "form-control", "autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, widget=widget, **more)


def file(label: Words, *, accept: str, **more: Any) -> forms.FileField:
    """What it holds is decided by its content, never by its name."""
    return forms.FileField(label=label, widget=forms.FileInput({"class": "form-control", "accept": accept}), **more)


def flag(label: Words, **more: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=forms.CheckboxInput({"class": "check"}), **more)


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


class MoneyField(forms.CharField):
    """A sum as people type it; gives Money of the field's currency, or None where it may be empty."""

    def __init__(self, label: Words, *, currency: str, **more: Any) -> None:
        self.currency = currency
        widget = forms.TextInput(
            {"class": "form-control num", "inputmode": "decimal", "autocomplete": "off", "maxlength": 24}
        )
        super().__init__(label=label, widget=widget, **more)

    def to_python(self, value: Any) -> Any:
        try:
            return money(str(value or ""), self.currency)
        except AmountUnreadable:
            raise forms.ValidationError(_("Write a sum such as 1250 or 1250.50.")) from None

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise forms.ValidationError(self.error_messages["required"])


def money(typed: str, currency: str) -> Money | None:
    """A sum as people type it; None where nothing was typed. What is no sum is refused."""
    return Money.typed(typed, currency) if typed.strip() else None


def number(typed: str) -> int:
    """The number of a row, as an address or a form names it; 0, which no row has, where it names none."""
    return int(typed) if NUMBER.fullmatch(typed) else 0


def not_before(today: date) -> dict[str, str]:
    """For the widget of a day: earlier days cannot be chosen."""
    return {"min": today.isoformat()}
