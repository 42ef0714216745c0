"""Policies and texts: looked at by everybody, changed by approvers, checked before they are saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest
from django.http import HttpResponse
from django.test import Client

from dunwell.run import own_policies, policies, wording
from dunwell.store import scope
from regressions.world import DAY, World


def at(world: World, page: str) -> str:
    return f"/c/{world.creditor.slug}/{page}"


@pytest.fixture
def own(database: Path) -> Iterator[Path]:
    """The data folder's policies, as they were before afterwards."""
    folder = database / "policies"
    yield folder
    for file in folder.glob("ours*.toml"):
        file.unlink()


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_each_page_opens_in_each_language(client_as: Callable[..., Client], world: World, language: str) -> None:
    client = client_as("approver", language=language)
    for page in (
        "policies",
        "policies/standard",
        "policies/standard/edit",
        "policies/standard/form",
        "texts?lang=bg",
        "texts/ru.reminder.email",
    ):
        assert client.get(at(world, page)).status_code == 200


def test_a_mistake_is_named_with_its_line_and_nothing_is_saved(client_as: Callable[..., Client], world: World) -> None:
    text = own_policies.text_of("standard").replace("offset_days = ", "offset_day = ", 1)
    answer = client_as("approver").post(at(world, "policies/standard/edit"), {"text": text, "save": "yes"})
    assert answer.status_code == 422
    assert "offset_day" in answer.content.decode()


def test_a_policy_is_tried_on_the_past_and_saved_as_a_new_one(
    client_as: Callable[..., Client], world: World, own: Path
) -> None:
    world.owing("2026-01-20")
    client = client_as("approver")
    text = own_policies.text_of("gentle").replace('name = "gentle"', f'name = "ours-{world.creditor.pk}"')
    page = client.post(
        at(world, "policies/gentle/edit"), {"text": text, "try": "yes", "customer": "C1"}
    ).content.decode()
    assert "The last quarter would have been" in page
    assert f"ours-{world.creditor.pk}" not in policies.load_all()
    assert (
        client.post(at(world, "policies/gentle/edit"), {"text": text, "save": "yes", "why": "softer"}).status_code
        == 302
    )
    name = f"ours-{world.creditor.pk}"
    assert policies.load(name).name == name
    with scope.of(world.creditor.pk):
        assert len(own_policies.versions(name)) == 1
    assert client_as("collector").post(at(world, "policies/gentle/edit"), {"text": text}).status_code == 403


def filled_in(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form as it stands."""
    form = lxml.html.fromstring(page).xpath("//main//form[@method='post']")[0]
    found: dict[str, list[str]] = {}
    for field in form.xpath(".//input[@name]"):
        is_choice = field.get("type") in ("radio", "checkbox")
        if not is_choice or field.get("checked") is not None:
            found.setdefault(field.get("name"), []).append(field.get("value", "on" if is_choice else ""))
    for chosen in form.xpath(".//select[@name]/option[@selected]"):
        found.setdefault(chosen.getparent().get("name"), []).append(chosen.get("value"))
    return found


def alerts(answer: HttpResponse) -> list[str]:
    return [one.text_content() for one in lxml.html.fromstring(answer.content.decode()).xpath('//*[@role="alert"]')]


def test_a_policy_is_changed_by_filling_in(client_as: Callable[..., Client], world: World, own: Path) -> None:
    world.owing("2026-01-20")
    client, name = client_as("approver"), f"ours-form-{world.creditor.pk}"
    address = at(world, "policies/gentle/form")
    form = {
        **filled_in(client.get(address).content.decode()),
        "name": name,
        "gap_days_min": "9",
        "step-1-offset_days": "-5",
    }
    seen = client.post(address, {**form, "try": "yes", "customer": "C1"})
    assert "The last quarter would have been" in seen.content.decode(), alerts(seen)
    assert name not in policies.load_all()
    assert client.post(address, {**form, "save": "yes", "why": "calmer"}).status_code == 302
    before, after = policies.load("gentle"), policies.load(name)
    assert (after.gap_days_min, after.steps[1].offset_days) == (9, -5)
    changed = replace(after.steps[1], offset_days=before.steps[1].offset_days)
    unchanged = replace(
        after, name=before.name, gap_days_min=before.gap_days_min, steps=(after.steps[0], changed, *after.steps[2:])
    )
    assert unchanged == before


def test_a_step_is_taken_out_and_another_put_in(client_as: Callable[..., Client], world: World, own: Path) -> None:
    client, name = client_as("approver"), f"ours-steps-{world.creditor.pk}"
    address = at(world, "policies/gentle/form")
    form = filled_in(client.get(address).content.decode())
    last = int(form["step-TOTAL_FORMS"][0]) - 1
    new = {
        "name": "nudge",
        "offset_days": "6",
        "level": "3",
        "content": "reminder",
        "audience": ["payable"],
        "channels": ["email"],
    }
    told = {
        **form,
        "name": name,
        "step-1-DELETE": "on",
        **{f"step-{last}-{field}": value for field, value in new.items()},
    }
    answer = client.post(address, {**told, "save": "yes"})
    assert answer.status_code == 302, alerts(answer)
    before = [step.name for step in policies.load("gentle").steps]
    after = [step.name for step in policies.load(name).steps]
    assert set(before) - set(after) == {before[1]} and "nudge" in after


def test_a_form_that_makes_no_ladder_says_why(client_as: Callable[..., Client], world: World) -> None:
    client, address = client_as("approver"), at(world, "policies/gentle/form")
    form = filled_in(client.get(address).content.decode())
    for wrong in (
        {"step-1-level": "0", "step-2-level": "0", "step-0-name": "same", "step-1-name": "same"},
        {"gap_days_min": "0"},
    ):
        answer = client.post(address, {**form, **wrong, "save": "yes"})
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()


def test_a_former_version_is_seen_beside_the_present_one(
    client_as: Callable[..., Client], world: World, own: Path
) -> None:
    client, name = client_as("approver"), f"ours-twice-{world.creditor.pk}"
    text = own_policies.text_of("gentle").replace('name = "gentle"', f'name = "{name}"')
    for gap in ("gap_days_min = 4\n", "gap_days_min = 8\n"):
        gapped = re.sub(r"gap_days_min = .*\n", gap, text)
        assert (
            client.post(at(world, "policies/gentle/edit"), {"text": gapped, "save": "yes", "why": "trial"}).status_code
            == 302
        )
    with scope.of(world.creditor.pk):
        _newest, oldest = own_policies.versions(name)
    page = client.get(at(world, f"policies/{name}/versions/{oldest.sequence}")).content.decode()
    assert "-gap_days_min = 4" in page and "+gap_days_min = 8" in page
    assert client.get(at(world, f"policies/gentle/versions/{oldest.sequence}")).status_code == 404


def test_a_tactless_word_is_seen_while_typing_and_not_saved(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("approver")
    text = wording.shipped(("en", "reminder", "email")).replace("{greeting}", "{greeting} Pay immediately, debtor!!!")
    looked = client.post(at(world, "texts/en.reminder.email/look"), {"text": text}).content.decode()
    assert "Not yet right" in looked
    assert client.post(at(world, "texts/en.reminder.email/save"), {"text": text}).status_code == 422
    assert not wording.faults(("en", "reminder", "email"), wording.shipped(("en", "reminder", "email")))


def test_a_text_of_ones_own_is_a_version_that_says_what_changed(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("approver")
    text = wording.shipped(("en", "reminder", "email")).replace(
        "thank you, and please ignore this note", "many thanks, and please ignore this note"
    )
    assert client.post(at(world, "texts/en.reminder.email/save"), {"text": text, "why": "warmer"}).status_code == 302
    assert wording.text_of(world.creditor, "en", "reminder.email") == text
    page = client.get(at(world, "texts/en.reminder.email?version=1")).content.decode()
    assert "many thanks" in page
    assert 'class="change-in"' in page


def test_a_text_is_seen_as_a_real_customers_letter(client_as: Callable[..., Client], world: World) -> None:
    world.owing("2026-02-24")
    world.cover(DAY)
    client = client_as("viewer")
    page = client.get(at(world, "texts/en.request.email?customer=C1")).content.decode()
    frame = page.split('<iframe class="letter-frame" src="')[1].split('"')[0]
    assert "C1-1" in client.get(frame).content.decode()
    assert client.get(frame.replace("shown=", "shown=x")).status_code == 404
