"""Which step is next for each receivable, and on which day: derived from facts, nothing is counted or stored.

    day_k = anchor + offset
    next  = max(day_k, last_done + max(0, day_k − day_j)),  j the last done step; with none done, day_k

moved forward to the customer's next business day (a step before the due date: back). A step is *passed* when it or a later
one was done or lapsed by record. It *lapses* when what it says is no longer true. The first step neither passed nor lapsed is
the candidate: there is never more than one per receivable, so that a run after an outage takes one step and no more.

Days are whole numbers (see `days`). A step of a policy is named by its *rung*: a number over all policies of the portfolio.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from dunwell.core.ledger import USUAL_RECIPIENTS, DocumentKind, TaskKind
from dunwell.core.policy import INSTALMENT_STEP, LEVEL_MAX, Anchor, OnlyIf, Policy, Step
from dunwell.engine.days import Days

HAND_OVER = "hand_over"
HAND_OVER_DAYS = 14
"""A ladder that names no end of its own hands over to a person so long after its last step (R46)."""

RUNGS_PER_POLICY = 64
INSTALMENT = RUNGS_PER_POLICY - 3
THANKS = RUNGS_PER_POLICY - 2
WAKE_UP = RUNGS_PER_POLICY - 1
"""The places of the reminder of an agreed payment, the thank-you and the wake-up: beside the ladder, not on it."""

THANK_YOU = Step("thanks", Anchor.DUE, 0, 0, "warm", "thanks", USUAL_RECIPIENTS)
AGREED_PAYMENT = Step(INSTALMENT_STEP, Anchor.DUE, 0, 1, "warm", "instalment", USUAL_RECIPIENTS)

REQUEST_CONTENTS = frozenset({"request", "order_request"})

ANCHORS = {Anchor.ISSUE: "issue", Anchor.DUE: "due", Anchor.VALIDITY: "valid"}

NO_SIGN = {OnlyIf.SILENCE: "not_silent", OnlyIf.BOUNCE: "not_bounced", OnlyIf.ANSWER: "not_answered"}


@dataclass(frozen=True)
class Rungs:
    """All steps of all policies; `frame` has a row for every place of every policy, null where there is no step."""

    ladders: tuple[tuple[Step, ...], ...]
    policies: tuple[Policy, ...]
    frame: pl.DataFrame

    def column(self, name: str, rung: str = "rung") -> pl.Expr:
        return pl.lit(self.frame[name]).gather(pl.col(rung))

    def step(self, rung: int) -> Step:
        policy, place = divmod(rung, RUNGS_PER_POLICY)
        beside = {INSTALMENT: AGREED_PAYMENT, THANKS: THANK_YOU, WAKE_UP: self.policies[policy].wake_up}
        step = beside[place] if place in beside else self.ladders[policy][place]
        assert step is not None
        return step

    def numbered(self) -> Iterator[tuple[int, Policy, Step]]:
        for number, policy in enumerate(self.policies):
            base = number * RUNGS_PER_POLICY
            yield from ((base + place, policy, step) for place, step in enumerate(self.ladders[number]))
            yield base + INSTALMENT, policy, AGREED_PAYMENT
            yield base + THANKS, policy, THANK_YOU
            if policy.wake_up is not None:
                yield base + WAKE_UP, policy, policy.wake_up


def rungs(policies: tuple[Policy, ...]) -> Rungs:
    table = Rungs(tuple(with_end(policy) for policy in policies), policies, pl.DataFrame())
    blank: list[dict[str, object]] = [
        {"rung": rung, "policy": rung // RUNGS_PER_POLICY} for rung in range(max(1, len(policies)) * RUNGS_PER_POLICY)
    ]
    for rung, policy, step in table.numbered():
        number, place = divmod(rung, RUNGS_PER_POLICY)
        blank[rung] |= _rung(policy, table.ladders[number], place, step)
    return replace(table, frame=pl.DataFrame(blank, schema=_RUNG))


def with_end(policy: Policy) -> tuple[Step, ...]:
    """The policy's steps; an invoice's ladder always ends in a hand-over, a request before work ends kindly by itself."""
    last = policy.steps[-1] if policy.steps else None
    if policy.document is not DocumentKind.INVOICE or (last is not None and last.task is TaskKind.HAND_OVER):
        return policy.steps
    offset = HAND_OVER_DAYS + max([0, *(step.offset_days for step in policy.steps if step.anchor is Anchor.DUE)])
    end = Step(HAND_OVER, Anchor.DUE, offset, LEVEL_MAX, "", HAND_OVER, (), task=TaskKind.HAND_OVER)
    return (*policy.steps, end)


def passed(steps_done: pl.DataFrame, receivables: pl.DataFrame, table: Rungs) -> pl.DataFrame:
    """Per receivable: `position` (the first place not passed), `last` (day, place and link of the last done step in one
    number, so that one maximum finds all three), `spared` (the last day on which a step was spared) and `reminded` (the last day on
    which an agreed payment was spoken of: no step of the ladder)."""
    names = table.frame.select("step", "policy", "place").drop_nulls()
    codes = {name: code for code, name in enumerate(sorted(set(names["step"])), start=1)}
    width = len(codes) + 1
    places = [-1] * (width * max(1, len(table.policies)))
    for step, policy, place in names.iter_rows():
        places[policy * width + codes[step]] = place
    code = pl.col("step").replace_strict(codes, default=0, return_dtype=pl.Int32)
    on = pl.col("on").to_physical().cast(pl.Int64)
    return (
        steps_done.lazy()
        .join(receivables.lazy().select("receivable_id", "policy"), on="receivable_id")
        .with_columns(place=pl.lit(pl.Series(places, dtype=pl.Int64)).gather(pl.col("policy") * width + code), on=on)
        .select(
            "receivable_id",
            position=pl.when((pl.col("state") != "spared") & (pl.col("place") < INSTALMENT)).then(pl.col("place") + 1),
            reminded=pl.when(pl.col("place") == INSTALMENT).then("on"),
            last=pl.when((pl.col("state") == "done") & (pl.col("place") != INSTALMENT)).then(
                _pack("on", "place", pl.col("had_link").fill_null(False))
            ),
            spared=pl.when(pl.col("state") == "spared").then("on"),
        )
        .group_by("receivable_id")
        .agg(pl.col("position", "last", "spared", "reminded").max())
        .collect()
    )


def unpack_last() -> dict[str, pl.Expr]:
    """`last` of `passed` as day, place (-1: a step that this policy does not have) and link."""
    last = pl.col("last")
    return {
        "last_on": (last // (2 * 2 * RUNGS_PER_POLICY)).cast(pl.Int32),
        "last_place": (last // 2 % (2 * RUNGS_PER_POLICY) - 1).cast(pl.Int32),
        "had_link": (last % 2 == 1),
    }


def climb(rows: pl.DataFrame, table: Rungs, days: Days) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with `rung` and `step_on` (null: no step left) and `wakes`, and what lapses by `only_if` now.

    Wants the columns issue, due, valid, known, requested, woken, place, is_late, position, last_on, last_place, had_link,
    opened, replied, paid, bounced, broken, else_place, may_stop, is_stopped.
    """
    climbed, lapsed = [], []
    for number in rows["policy"].unique().sort().to_list() or [0]:
        policy = table.policies[number]
        part = rows.lazy().filter(pl.col("policy") == number)
        steps = table.ladders[number]
        surveyed = survey(part, policy, steps, days)
        kept = surveyed.select(*rows.columns, "rung", "step_on", "wakes").with_columns(
            rung=pl.col("rung") + number * RUNGS_PER_POLICY
        )
        climbed.append(kept)
        for place, step in enumerate(steps):
            if step.only_if is not None:
                lapsed.append(
                    surveyed.filter(
                        (pl.col("position") <= place) & ~(pl.col("rung") <= place).fill_null(False) & ~pl.col("wakes")
                    )
                    # While nothing was sent there is nothing to have been silent about: it lapses by itself, every day.
                    .filter(pl.col("last_on").is_not_null())
                    .filter(pl.col(f"lapse_{place}") == NO_SIGN[step.only_if])
                    .select("receivable_id", step=pl.lit(step.name), reason=pl.lit(NO_SIGN[step.only_if]))
                )
    results = pl.collect_all([*climbed, *lapsed], engine="streaming")
    return pl.concat(results[: len(climbed)]), pl.concat([pl.DataFrame(schema=_LAPSED_NOW), *results[len(climbed) :]])


def survey(part: pl.LazyFrame, policy: Policy, steps: tuple[Step, ...], days: Days) -> pl.LazyFrame:
    """One policy's receivables with, for each step k, `day_k`, `on_k` and `lapse_k` (why it lapses, null when it does not)."""
    places = range(len(steps))
    return (
        part.with_columns(**_last_contact(policy, steps))
        .with_columns(**{f"day_{k}": _day(steps[k]) for k in places}, last_day=_last_day(policy, steps))
        .with_columns(**{f"moved_{k}": _moved(steps[k], pl.col(f"day_{k}"), days) for k in places})
        .with_columns(**{f"on_{k}": _next_on(steps[k], k, policy, days) for k in places})
        .with_columns(**{f"lapse_{k}": _lapse(steps[k], k, policy, days) for k in places})
        .with_columns(
            wakes=_wakes(policy),
            rung=_first([(_is_open(k), pl.lit(k, pl.Int32)) for k in places]),
        )
        .with_columns(
            rung=pl.when("wakes").then(WAKE_UP).when(_takes_else()).then("else_place").otherwise("rung").cast(pl.Int32)
        )
        .with_columns(
            step_on=pl.when("wakes")
            .then(_wake_on(policy, days))
            .otherwise(_first([(pl.col("rung") == k, pl.col(f"on_{k}")) for k in places]))
            .cast(pl.Int32)
        )
    )


def _last_contact(policy: Policy, steps: tuple[Step, ...]) -> dict[str, pl.Expr]:
    """The last done step. A request sent by other means and a wake-up that spoke for the whole customer count as done."""
    request = next((place for place, step in enumerate(steps) if step.content in REQUEST_CONTENTS), None)
    position, last_on, last_place = pl.col("position"), pl.col("last_on"), pl.col("last_place")
    if request is not None:
        sent = pl.col("requested").is_not_null()
        later = sent & (last_on.is_null() | (last_on < pl.col("requested")))
        position = pl.when(sent).then(pl.max_horizontal(position, pl.lit(request + 1))).otherwise(position)
        last_place = pl.when(later).then(request).otherwise(last_place)
        last_on = pl.when(later).then("requested").otherwise(last_on)
    if policy.wake_up is not None:
        woken = pl.max_horizontal("woken", "known")
        later = pl.col("is_late") & pl.col("woken").is_not_null() & (last_on.is_null() | (last_on < woken))
        last_place = pl.when(later).then(WAKE_UP).otherwise(last_place)
        last_on = pl.when(later).then(woken).otherwise(last_on)
    return {
        "position": position.cast(pl.Int32),
        "last_on": last_on.cast(pl.Int32),
        "last_place": last_place.cast(pl.Int32),
    }


def _day(step: Step) -> pl.Expr:
    return (pl.col(ANCHORS[step.anchor]) + step.offset_days).cast(pl.Int32)


def _last_day(policy: Policy, steps: tuple[Step, ...]) -> pl.Expr:
    """The ladder's day of the last done step; a step that this policy does not have stood where it was done."""
    known = [(pl.col("last_place") == place, _day(step)) for place, step in enumerate(steps)]
    if policy.wake_up is not None:
        known.append((pl.col("last_place") == WAKE_UP, _day(policy.wake_up)))
    return pl.coalesce(_first(known), pl.col("last_on"))


def _moved(step: Step, day: pl.Expr, days: Days) -> pl.Expr:
    return (days.back if _is_before(step) else days.forward)(day, pl.col("place")).cast(pl.Int32)


def _is_before(step: Step) -> bool:
    return step.offset_days < 0 and step.anchor is not Anchor.ISSUE


def _next_on(step: Step, place: int, policy: Policy, days: Days) -> pl.Expr:
    day = pl.col(f"day_{place}")
    spaced = pl.col("last_on") + (day - pl.col("last_day")).clip(lower_bound=0)
    after_break = pl.when(pl.col("last_on").is_null() | (pl.col("broken") >= pl.col("last_on"))).then(
        pl.col("broken") + policy.gap_days_min
    )
    next_on: pl.Expr = pl.when(day.is_not_null()).then(_moved(step, pl.max_horizontal(day, spaced, after_break), days))
    if step.only_if is OnlyIf.SILENCE:
        next_on = pl.max_horizontal(next_on, days.add(pl.col("last_on"), step.silence_days, pl.col("place")))
    return next_on.cast(pl.Int32)


def _lapse(step: Step, place: int, policy: Policy, days: Days) -> pl.Expr:
    day, moved, next_on = pl.col(f"day_{place}"), pl.col(f"moved_{place}"), pl.col(f"on_{place}")
    end = pl.coalesce("due", "valid")
    unknown: pl.Expr = pl.max_horizontal(day, moved) < pl.col("known")
    if step.is_firm or policy.wake_up is None:
        # An old book goes through the firm steps in order after its wake-up; only the gentle ones are made up for by it.
        unknown = unknown & ~(pl.col("is_late") & (day > end))
    # "Will be due" is no longer true on the day itself; any other step up to that day may be taken on it.
    last_day = end - 1 if _is_before(step) else end
    # A step whose time comes only after its text has stopped being true will never be taken, so it is passed over at once.
    past = (day <= end) & (pl.max_horizontal(next_on, pl.lit(days.as_of)) > pl.max_horizontal(last_day, moved))
    lapse = pl.when(unknown).then(pl.lit("unknown_then")).when(past).then(pl.lit("day_is_past"))
    if step.task is TaskKind.STOP_WORK:
        lapse = lapse.when("is_stopped").then(pl.lit("work_is_stopped"))
        lapse = lapse.when(~pl.col("may_stop")).then(pl.lit("no_right_to_stop"))
    if step.only_if is not None:
        has_come = next_on <= days.as_of
        lapse = lapse.when(has_come & ~_holds(step.only_if)).then(pl.lit(NO_SIGN[step.only_if]))
    return lapse


def _holds(only_if: OnlyIf) -> pl.Expr:
    """Whether what the step supposes has happened since the last done step; a page can be opened only by a link."""
    since = pl.col("last_on")
    signs = {
        OnlyIf.SILENCE: since.is_not_null()
        & ~((pl.col("opened") >= since) & pl.col("had_link")).fill_null(False)
        & ~(pl.max_horizontal("replied", "paid") >= since).fill_null(False),
        OnlyIf.BOUNCE: (pl.col("bounced") >= since),
        OnlyIf.ANSWER: (pl.col("replied") >= since),
    }
    return signs[only_if].fill_null(False)


def _is_open(place: int) -> pl.Expr:
    return (pl.col("position") <= place) & pl.col(f"on_{place}").is_not_null() & pl.col(f"lapse_{place}").is_null()


def _takes_else() -> pl.Expr:
    return (pl.col("else_place") >= pl.col("position")).fill_null(False)


def _wakes(policy: Policy) -> pl.Expr:
    if policy.wake_up is None:
        return pl.lit(False)
    untouched = pl.col("last_on").is_null() | (pl.col("last_on") < pl.col("known"))
    return pl.col("is_late") & pl.col("woken").is_null() & untouched & pl.col("due").is_not_null()


def _wake_on(policy: Policy, days: Days) -> pl.Expr:
    if policy.wake_up is None:
        return pl.lit(None, pl.Int32)
    return days.forward(pl.max_horizontal(_day(policy.wake_up), "known"), pl.col("place"))


def _first(choices: list[tuple[pl.Expr, pl.Expr]]) -> pl.Expr:
    return pl.coalesce(*(pl.when(condition).then(value) for condition, value in choices)) if choices else pl.lit(None)


def _pack(on: str, place: str, link: pl.Expr) -> pl.Expr:
    return (pl.col(on) * (2 * RUNGS_PER_POLICY) + pl.col(place) + 1) * 2 + link.cast(pl.Int64)


def _rung(policy: Policy, steps: tuple[Step, ...], place: int, step: Step) -> dict[str, object]:
    names = [step.name for step in steps]
    following = steps[place + 1] if place + 1 < len(steps) else None
    announces = following is not None and following.task is TaskKind.STOP_WORK and not step.task
    return {
        "place": place,
        "step": step.name,
        "document": policy.document.value,
        "content": step.content,
        "level": step.level,
        "offset": step.offset_days,
        "is_before": step.offset_days < 0,
        "is_firm": step.is_firm,
        "courtesy": step.courtesy,
        "approval": step.approval,
        "task": step.task.value if step.task else None,
        "task_days": step.task_days,
        "else_place": names.index(step.else_step) if step.else_step else None,
        "other_channel": step.other_channel,
        "pay_by_days": step.pay_by_days,
        "stops_in_days": following.offset_days - step.offset_days if following and announces else None,
        "gap": policy.gap_days_min,
    }


_RUNG = {
    "rung": pl.Int32,
    "policy": pl.Int32,
    "place": pl.Int32,
    "step": pl.String,
    "document": pl.String,
    "content": pl.String,
    "level": pl.Int32,
    "offset": pl.Int32,
    "is_before": pl.Boolean,
    "is_firm": pl.Boolean,
    "courtesy": pl.Boolean,
    "approval": pl.Boolean,
    "task": pl.String,
    "task_days": pl.Int32,
    "else_place": pl.Int32,
    "other_channel": pl.Boolean,
    "pay_by_days": pl.Int32,
    "stops_in_days": pl.Int32,
    "gap": pl.Int32,
}
_LAPSED_NOW = {"receivable_id": pl.Int64, "step": pl.String, "reason": pl.String}
