"""A policy as a form: its manners, and a card for each step. What the form does not ask stays as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from dunwell.core import policy_words
from dunwell.core.ledger import Role, TaskKind
from dunwell.core.policy import LEVEL_MAX, Anchor, Look, OnlyIf, Policy, Step
from dunwell.core.policy_text import CHANNELS, CONTENT, DAYS_MAX, TONES
from dunwell.web.console import forms, labels

MANNERS = (
    *("gap_days_min", "promise_grace_days", "promise_days_max", "claimed_paid_days", "reply_wait_days"),
    *("thanks", "oldest_first", "interest"),
)
STEPS_MAX = 40
NONE = {"": "–"}


class MannersForm(forms.Form):
    """Of the whole policy."""

    name = forms.text(gettext_lazy("Name"), max_length=41, help_text=gettext_lazy("Another name makes a new policy."))
    gap_days_min = forms.whole(gettext_lazy("Days between two messages to one person, at least"), low=1, high=60)
    promise_grace_days = forms.whole(gettext_lazy("Days that a promised payment may be under way"), low=0, high=30)
    promise_days_max = forms.whole(gettext_lazy("Days ahead that a client may promise alone"), low=1, high=90)
    claimed_paid_days = forms.whole(gettext_lazy("Days that we wait after “I have paid”"), low=1, high=30)
    reply_wait_days = forms.whole(gettext_lazy("Days that a reply of theirs holds the next step"), low=1, high=30)
    thanks = forms.flag(gettext_lazy("Thank for payments"))
    oldest_first = forms.flag(gettext_lazy("Money without a word pays the oldest invoice first"))
    interest = forms.flag(gettext_lazy("Letters may name the penalty that the contract gives"))


class StepForm(forms.Form):
    """Of one step. Sequences keep the order that the step had; what is added comes after it."""

    name = forms.text(gettext_lazy("Step"), max_length=40)
    anchor = forms.choice(
        gettext_lazy("Counted from"),
        {
            Anchor.ISSUE: gettext_lazy("the day of issue"),
            Anchor.DUE: gettext_lazy("the due date"),
            Anchor.VALIDITY: gettext_lazy("the end of the offer"),
        },
    )
    offset_days = forms.whole(gettext_lazy("Days after it (before it: −)"), low=-DAYS_MAX, high=DAYS_MAX)
    level = forms.whole(gettext_lazy("Firmness, 0 to 9"), low=0, high=LEVEL_MAX)
    tone = forms.choice(gettext_lazy("Tone"), forms.words("tone", list(TONES)))
    content = forms.choice(gettext_lazy("Text"), NONE, required=False)
    look = forms.choice(
        pgettext_lazy("policy", "Look"),
        {Look.WARM: gettext_lazy("warm"), Look.PLAIN: gettext_lazy("plain"), Look.FORMAL: gettext_lazy("formal")},
    )
    audience = forms.several(gettext_lazy("To, the first one found"), {}, required=False)
    copies = forms.several(gettext_lazy("Copies"), {}, required=False)
    channels = forms.several(pgettext_lazy("policy", "By"), {}, required=False)
    task = forms.choice(gettext_lazy("A task for us"), NONE, required=False)
    task_days = forms.whole(gettext_lazy("Days for the task"), low=1, high=60)
    else_step = forms.text(gettext_lazy("Nobody did it: next step"), required=False, max_length=40)
    pay_by_days = forms.whole(gettext_lazy("Asks to pay within days (0: names no day)"), low=0, high=60)
    attach_invoice = forms.flag(gettext_lazy("The invoices that it asks for go with it, as PDF"))
    only_if = forms.choice(
        gettext_lazy("Only after"),
        {
            **NONE,
            OnlyIf.SILENCE: gettext_lazy("silence"),
            OnlyIf.BOUNCE: gettext_lazy("a bounced letter"),
            OnlyIf.ANSWER: gettext_lazy("an answer"),
        },
        required=False,
    )
    silence_days = forms.whole(gettext_lazy("Days of silence"), low=1, high=30)
    courtesy = forms.flag(gettext_lazy("A courtesy: spared where the client pays by themselves"))
    approval = forms.flag(gettext_lazy("A person approves each"))
    other_channel = forms.flag(gettext_lazy("By another way than the last one"))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        locale = (get_language() or "en")[:2]
        folded: dict[str, dict[str, Any]] = {
            "content": {**NONE, **{key: labels.word("step", key) for key in CONTENT}},
            "task": {**NONE, **{kind: policy_words.word(kind, locale) for kind in TaskKind}},
        }
        for name, choices in folded.items():
            self.fields[name] = forms.choice(self.fields[name].label, choices, required=False)
        roles: dict[str, Any] = {role.value: policy_words.word(role, locale) for role in Role}
        ways: dict[str, Any] = {one: labels.word("channel", one) for one in CHANNELS}
        for name, several in {"audience": roles, "copies": roles, "channels": ways}.items():
            self.fields[name] = forms.several(self.fields[name].label, several, required=False)


Steps = django_forms.formset_factory(StepForm, extra=1, can_delete=True, max_num=STEPS_MAX, absolute_max=STEPS_MAX + 1)


class PolicyForms:
    """The form of one policy, as it is or as a person filled it in."""

    def __init__(self, policy: Policy, request: HttpRequest) -> None:
        data = request.POST if request.method == "POST" else None
        self._policy = policy
        self.manners = MannersForm(data, initial={name: getattr(policy, name) for name in ("name", *MANNERS)})
        self.steps = Steps(data, initial=[_initial(step) for step in policy.steps], prefix="step")
        for blank in self.steps.extra_forms:
            blank.initial = _initial(BLANK)

    def is_valid(self) -> bool:
        return self.manners.is_valid() and bool(self.steps.is_valid())

    def policy(self) -> Policy:
        """What was filled in; it still has to be checked as a ladder. Steps are put in the order of their days."""
        kept = [one for one in self.steps if one.has_changed() or one in self.steps.initial_forms]
        steps = [self._step(one) for one in kept if not one.cleaned_data.get("DELETE")]
        steps.sort(key=lambda step: (step.anchor != Anchor.ISSUE, step.offset_days))
        manners = self.manners.cleaned_data
        return replace(self._policy, steps=tuple(steps), **{name: manners[name] for name in ("name", *MANNERS)})

    def _step(self, form: Any) -> Step:
        said = dict(form.cleaned_data)
        before = {step.name: step for step in self._policy.steps}.get(said["name"], BLANK)
        task = TaskKind(said["task"]) if said["task"] else None
        return replace(
            before,
            **{name: said[name] for name in PLAIN},
            anchor=Anchor(said["anchor"]),
            look=Look(said["look"]),
            only_if=OnlyIf(said["only_if"]) if said["only_if"] else None,
            task=task,
            audience=tuple(Role(one) for one in _in_order(said["audience"], before.audience)),
            copies=tuple(Role(one) for one in _in_order(said["copies"], before.copies)),
            channels=_in_order(said["channels"], before.channels),
        )


PLAIN = (
    *("name", "offset_days", "level", "tone", "content", "courtesy", "approval", "silence_days", "other_channel"),
    *("task_days", "else_step", "pay_by_days", "attach_invoice"),
)
BLANK = Step("", Anchor.DUE, 0, 0, "neutral", "reminder", (Role.PAYABLE, Role.REQUESTER))


def _initial(step: Step) -> dict[str, Any]:
    return {name: getattr(step, name) for name in StepForm.base_fields}


def _in_order(chosen: list[str], before: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(chosen, key=lambda one: before.index(one) if one in before else len(before)))
