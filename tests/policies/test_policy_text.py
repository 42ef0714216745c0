"""Every mistake in a policy is named with its line and a remedy, in calendar words where it is about days."""

from pathlib import Path

import pytest

from dunwell.core import policy_text
from dunwell.core.policy import Anchor, Policy
from dunwell.core.policy_rules import RULES
from dunwell.core.refusal import Finding
from dunwell.run import policies, toml_files

STANDARD = toml_files.named(policies.KIND, None)["standard"].read_text(encoding="utf-8")
PERSON = toml_files.named(policies.KIND, None)["standard-person"].read_text(encoding="utf-8")
BEFORE_WORK = toml_files.named(policies.KIND, None)["before-work"].read_text(encoding="utf-8")


def findings(text: str) -> list[Finding]:
    policy, found = policy_text.read(text, "mine.toml")
    assert (policy is None) == bool(found)
    return found


def only(text: str) -> Finding:
    found = findings(text)
    assert len(found) == 1, [str(one) for one in found]
    assert found[0].file == "mine.toml"
    assert found[0].remedy
    return found[0]


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def step(text: str, name: str, old: str, new: str) -> str:
    """The text with one line of one step replaced."""
    head, mark, tail = text.partition(f'name = "{name}"')
    body, end, rest = tail.partition("[[step]]")
    assert mark and old in body
    return head + mark + body.replace(old, new, 1) + end + rest


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_the_shipped_text_is_a_policy() -> None:
    assert findings(STANDARD) == []


@pytest.mark.parametrize(
    ("text", "code", "line_starts", "says"),
    [
        (changed(STANDARD, "gap_days_min", "gap_day_min"), "unknown_key", "gap_day_min", "'gap_days_min'"),
        (
            step(STANDARD, "upcoming", "offset_days = -7", 'offset_days = "-7"'),
            "wrong_type",
            'offset_days = "-7"',
            "whole number",
        ),
        (step(STANDARD, "firm", "tone", "tine"), "missing_key", "", "tone"),
        (step(STANDARD, "firm", '"firm"', '"stern"'), "unknown_value", 'tone = "stern"', "neutral"),
        (step(STANDARD, "firm", 'content = "firm"', 'content = "frim"'), "unknown_value", 'content = "frim"', "'firm'"),
        (
            step(STANDARD, "formal", '"director"', '"directer"'),
            "unknown_value",
            'copies = ["manager", "directer"]',
            "'director'",
        ),
        (step(STANDARD, "reached", '"sms"', '"telegram"'), "unknown_value", "channels", "email"),
        (step(STANDARD, "reached", '"silence"', '"silent"'), "unknown_value", "only_if", "'silence'"),
        (step(STANDARD, "call", 'task = "call"', 'task = "ring"'), "unknown_value", 'task = "ring"', "visit"),
        (step(STANDARD, "firm", "level = 5", "level = 12"), "out_of_range", "level = 12", "from 0 to 9"),
        (changed(STANDARD, 'EUR = "2.00"', 'EUR = "2.005"'), "amount_unreadable", "balance_min", '"5.00"'),
        (
            changed(STANDARD, "spare_probability = 0.85", "spare_probability = 85"),
            "out_of_range",
            "spare_probability",
            "0 to 1",
        ),
    ],
)
def test_a_wrong_key_or_value_is_shown_where_it_stands(text: str, code: str, line_starts: str, says: str) -> None:
    found = next(one for one in findings(text) if one.code == code)
    assert says in str(found)
    if line_starts:
        assert found.line == line_of(text, line_starts)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (step(STANDARD, "reminder", "offset_days = 7", "offset_days = 2"), "out_of_order", "2 days after the due date"),
        (step(STANDARD, "reached", "level = 3", "level = 1"), "level_falls", "level 1, below the 2 of 'due_day'"),
        (changed(STANDARD, 'name = "reminder"', 'name = "reached"'), "duplicate_step", "'reached'"),
        (step(STANDARD, "firm", "pay_by_days = 6", "pay_by_days = 7"), "pay_by_too_long", "at most 6 days"),
        (step(STANDARD, "call", 'else = "formal"', 'else = "final"'), "else_unfit", 'else = "formal"'),
        (step(STANDARD, "firm", "pay_by_days", 'else = "call"\npay_by_days'), "else_unfit", "not a task"),
        (step(STANDARD, "formal", "approval = true\n", ""), "copies_unapproved", "approval = true"),
        (step(STANDARD, "reminder", '"payable", "requester"', ""), "no_audience", "nobody"),
        (step(STANDARD, "firm", "pay_by_days", "courtesy = true\npay_by_days"), "courtesy_unfit", "firm step"),
        (
            step(STANDARD, "reminder", "pay_by_days", "other_channel = true\npay_by_days"),
            "other_channel_unfit",
            "only_if",
        ),
        (
            step(STANDARD, "reminder", 'content = "reminder"', 'content = "order_last"'),
            "content_unfit",
            "not for an invoice",
        ),
        (STANDARD[: STANDARD.rindex("[[step]]")], "no_end", "nobody takes over"),
        (STANDARD[: STANDARD.index("[wake_up]")] + STANDARD[STANDARD.index("[[step]]") :], "no_wake_up", "old book"),
        (step(STANDARD, "wake_up", "level = 3", "level = 6"), "wake_up_firm", "firm end"),
        (
            step(STANDARD, "call", 'content = "call_script"\n', "").replace(
                'task = "call"\ntask_days = 5', 'task = "letter"'
            ),
            "content_unfit",
            "needs a text",
        ),
        (step(PERSON, "formal", "approval", 'copies = ["manager"]\napproval'), "copies_unfit", "private person"),
        (step(PERSON, "reminder", '"payable"', '"director"'), "audience_unfit", "director"),
        (step(BEFORE_WORK, "last", '"validity"', '"due"'), "anchor_unfit", "never overdue"),
        (step(BEFORE_WORK, "last", "level = 2", "level = 5"), "level_unfit", "nothing is owed"),
        (step(BEFORE_WORK, "last", 'look = "warm"', 'copies = ["requester"]'), "copies_unfit", "before work"),
        (BEFORE_WORK[: BEFORE_WORK.rindex("[[step]]")], "no_end", "order_closed"),
    ],
)
def test_an_unsound_ladder_is_named_with_its_repair(text: str, code: str, says: str) -> None:
    found = [one for one in findings(text) if one.code == code]
    assert found, [str(one) for one in findings(text)]
    assert says in str(found[0])
    assert found[0].line and found[0].remedy


def test_r34_a_sign_typed_the_wrong_way_is_named_in_calendar_words() -> None:
    found = only(step(STANDARD, "upcoming", "offset_days = -7", "offset_days = 7"))
    assert (found.code, found.field) == ("wrong_side", "offset_days")
    assert "7 days after the due date" in found.message
    assert found.remedy == "For 7 days before the due date write offset_days = -7."
    other = only(step(STANDARD, "reminder", "offset_days = 7", "offset_days = -7"))
    assert "7 days before the due date" in other.message
    assert other.line == line_of(STANDARD, 'name = "reminder"') + 1


def test_i16_a_final_notice_needs_what_it_announces() -> None:
    text = step(STANDARD, "hand_over", 'task = "hand_over"', 'task = "visit"\naudience = ["payable"]')
    assert {"empty_threat", "no_end"} <= {one.code for one in findings(text)}


def test_all_mistakes_come_at_once_in_the_order_of_lines() -> None:
    text = step(step(STANDARD, "upcoming", "level = 1", "level = 10"), "final", '"letter"', '"fax"')
    found = findings(text)
    assert [one.code for one in found] == ["out_of_range", "unknown_value"]
    assert [one.line for one in found] == sorted(one.line or 0 for one in found)


def test_every_rule_passes_the_shipped_policies() -> None:
    for policy in policies.load_all().values():
        assert [wrong for rule in RULES for wrong in rule(policy)] == []


def test_a_creditors_own_file_hides_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "standard.toml").write_text(changed(STANDARD, "gap_days_min = 3", "gap_days_min = 9"), encoding="utf-8")
    assert policies.load("standard", tmp_path).gap_days_min == 9
    assert policies.load("standard").gap_days_min == 3
    assert "gentle" in policies.load_all(tmp_path)


def test_a_file_is_refused_for_its_name_or_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(STANDARD, encoding="utf-8")
    with pytest.raises(toml_files.FileUnusable, match='name = "mine"'):
        policies.load("mine", tmp_path)
    (tmp_path / "mine.toml").write_bytes(STANDARD.encode() + "# Регламент".encode("cp1251"))
    with pytest.raises(toml_files.FileUnusable, match="UTF-8") as refused:
        policies.load("mine", tmp_path)
    assert refused.value.findings[0].line == STANDARD.count("\n") + 1


def test_the_doctor_sees_every_mistake_of_the_creditors_own_files(tmp_path: Path) -> None:
    assert policies.findings(tmp_path) == []
    (tmp_path / "mine.toml").write_text(changed(STANDARD, "gap_days_min", "gap_min"), encoding="utf-8")
    (tmp_path / "ours.toml").write_text("name = ", encoding="utf-8")
    assert [(one.file, one.code) for one in policies.findings(tmp_path)] == [
        ("mine.toml", "unknown_key"),
        ("ours.toml", "toml_syntax"),
    ]


def test_an_unknown_policy_names_the_nearest_one() -> None:
    with pytest.raises(policies.UnknownPolicy, match="Did you mean 'standard'"):
        policies.load("standart")


def days(policy: Policy) -> dict[str, int]:
    return {one.name: one.offset_days for one in policy.steps}


@pytest.mark.parametrize("name", ["gentle", "standard", "firm", "gentle-person", "standard-person", "firm-person"])
def test_each_ladder_goes_from_the_request_to_a_person_sixty_days_after(name: str) -> None:
    policy = policies.load(name)
    first, last = policy.steps[0], policy.steps[-1]
    assert (first.name, first.anchor, first.offset_days) == ("request", Anchor.ISSUE, 0)
    assert (last.name, last.task, last.offset_days) == ("hand_over", "hand_over", 60)
    assert days(policy)["upcoming"] == -7
    assert policy.wake_up is not None and not policy.wake_up.is_firm
    looks = [list(type(one.look)).index(one.look) for one in policy.steps if not one.task]
    assert looks == sorted(looks), "the look grows more formal by step, never less"


def test_gentle_is_more_patient_than_standard_and_standard_than_firm() -> None:
    gentle, standard, firm = (policies.load(name) for name in ("gentle", "standard", "firm"))
    assert len(gentle.steps) < len(standard.steps) < len(firm.steps)
    assert gentle.gap_days_min > standard.gap_days_min
    assert days(gentle)["formal"] > days(standard)["formal"] > days(firm)["formal"]


def test_before_work_asks_and_closes_kindly() -> None:
    policy = policies.load("before-work")
    assert {one.anchor for one in policy.steps} == {Anchor.ISSUE, Anchor.VALIDITY}
    assert not any(one.is_firm or one.copies or one.task for one in policy.steps)
    assert policy.steps[-1].content == "order_closed"
