"""`{% say "hero.pay_by" day=… %}`: a sentence in the page's language; `{% listed "pay.how_steps" as steps %}`: several."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from dunwell.web.portal import words

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: Context, name: str, **values: Any) -> str:
    return words.say(context["locale"], name, **values)


@register.simple_tag(takes_context=True)
def listed(context: Context, name: str, **values: Any) -> list[str]:
    return [line.format(**values) for line in words.of(context["locale"])[name]]
