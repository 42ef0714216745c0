"""Every story beside a shipped policy comes out as it is told."""

from pathlib import Path

import pytest

from dunwell.core.scenario import Scenario
from dunwell.run import policies, scenarios, toml_files
from dunwell.run.scenarios import Played

POLICIES = policies.load_all()
STORIES = [(story, policy) for name, policy in POLICIES.items() for story in scenarios.read(name)]


def test_every_story_comes_out_as_told(subtests: pytest.Subtests) -> None:
    """One test, so that all are played together, once; each is reported by its own title."""
    for (story, policy), played in zip(STORIES, scenarios.play(STORIES, POLICIES), strict=True):
        with subtests.test(f"{policy.name}: {story.title}"):
            wrong = scenarios.failures(story, played)
            assert not wrong, "\n" + "\n".join(wrong)


def test_every_policy_has_its_stories() -> None:
    count = {name: len(scenarios.read(name)) for name in POLICIES}
    for family in ("gentle", "standard", "firm", "before-work"):
        assert sum(number for name, number in count.items() if name.startswith(family)) >= 8


def test_a_story_that_fails_is_shown_as_a_timeline() -> None:
    story: Scenario = next(story for story in scenarios.read("before-work") if "answered" in story.title)
    wrong = scenarios.failures(story, Played())
    assert "before-work.scenarios.toml" in wrong[0]
    assert "expected request on Mon 2026-03-02: it did not happen" in wrong[0]
    assert "Tue 2026-03-03  event     replied" in wrong[-1]


def test_a_changed_policy_is_held_against_its_own_stories(tmp_path: Path) -> None:
    """Who moves the last word of an order sees which story it breaks."""
    shipped = toml_files.named(policies.KIND, None)["before-work"]
    (tmp_path / "before-work.toml").write_text(
        shipped.read_text("utf-8").replace("offset_days = -2", "offset_days = -4"), "utf-8"
    )
    (story,) = (one for one in scenarios.read("before-work") if "answered" in one.title)
    text = policies.scenarios_text("before-work")[1]
    head = text.index("[[scenario]]", text.index("A client who answered") - 60)
    (tmp_path / "before-work.scenarios.toml").write_text(text[head : text.index("[[scenario]]", head + 1)], "utf-8")
    wrong = scenarios.check("before-work", tmp_path)
    assert any("expected last on Fri 2026-03-13: it did not happen" in line for line in wrong)
    assert any("not expected on Thu 2026-03-12: last by email" in line for line in wrong)
    assert story.title in wrong[-1]
