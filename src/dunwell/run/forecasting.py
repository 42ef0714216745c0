"""When a creditor's clients will pay: learned from the books, judged out of time, forecast anew by each run.

A version takes over only where it proved at least as good on the last months as the untrained histories and as the
version before; else it stays in the shadow and says why. Without any version the histories speak for themselves, and
nothing is spared on their word. What a run need not ask again, because nothing changed, it leaves as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import polars as pl

from dunwell.core.forecast import (
    EARLY_LEVEL,
    LATE_LEVEL,
    LOSS_DAYS,
    Features,
    Measured,
    PayerProfile,
    Predictor,
    ProfilingBasis,
    may_profile,
)
from dunwell.core.policy import Anchor
from dunwell.core.refusal import Refusal
from dunwell.engine import features, forecast_reasons, forecast_trial, forecast_turns, forecasts, payer_profile
from dunwell.plugins.predictors import kept
from dunwell.plugins.predictors.learned import Learned
from dunwell.plugins.predictors.shrunken import Shrunken
from dunwell.run import policies
from dunwell.run.forecast import learning_features, portions
from dunwell.store import load_forecasts, record_forecasts, scope
from dunwell.store.load_forecasts import Shown
from dunwell.store.models import Creditor, Customer, ForecastVersion

LEARN_AFTER_DAYS = 28
"""A version is learned anew when the last one is so old."""
CHECKED_DAYS = 90
"""The last months on which a version must prove itself; so long nothing of them is shown to it."""
CHECKED_MIN = 50
"""Fewer questions decide nothing."""
LEARNINGS_SHOWN = 26
"""Two years of them."""
COURTESY_ANCHORS = {Anchor.ISSUE: "issue_date", Anchor.DUE: "due_date"}


@dataclass(frozen=True, slots=True)
class Drift:
    """One learning as a point in time: errors of the whole distribution (CRPS, in days) on the last months before it.

    `in_force` is the version that forecast until then, on the questions that came after it had been learned; None where there was none
    or too little came. `covered` is the share of payments inside the range of four out of five of what was learned.
    """

    on: date
    learned: float
    histories: float
    in_force: float | None
    covered: float
    took_over: bool


class TooLittleHistory(Refusal):
    """Too few payments are known to learn from: the clients' own histories go on speaking for themselves."""


class NothingNew(Refusal):
    """No payment is known that version {version} did not learn from already."""


def run(creditor: Creditor, as_of: date) -> int:
    """Forecast the open receivables whose turn it is on a day and keep the answers; gives how many."""
    ledger, predictor, version = _at_hand(creditor, as_of)
    asked = forecast_turns.chosen(
        _asked(ledger, basis(creditor, as_of), as_of),
        ledger,
        load_forecasts.kept(creditor.pk),
        as_of,
        courtesies=_courtesies() if version else (),
    )
    # What is asked about a customer at once is a fact of its own: features are made of all that is open there.
    of_customers = asked.filter(pl.col("is_turn").any().over("customer_id"))
    told = [_told(features.narrowed(known, "is_turn"), predictor, as_of) for known in portions(ledger, of_customers)]
    if told:
        record_forecasts.forecasts(creditor.pk, pl.concat(told), version_id=version.pk if version else None)
    return sum(part.height for part in told)


@dataclass(frozen=True, slots=True)
class Answers:
    """Every open receivable with its whole distribution, some customers at a time; whether a learned model speaks."""

    invoices: int
    parts: Iterator[pl.DataFrame]
    is_learned: bool


def answered(creditor: Creditor, as_of: date) -> Answers:
    """What is forecast of all that is open: a million distributions at once would not fit into memory."""
    ledger, predictor, version = _at_hand(creditor, as_of)
    asked = _asked(ledger, basis(creditor, as_of), as_of)
    # Who is forecast by the market alone is still one payer.
    payers = ledger.select("invoice_id", "customer_id")
    parts = (
        _with_forecast(known.rows, predictor.forecast(known)).drop("customer_id").join(payers, on="invoice_id")
        for known in portions(ledger, asked)
    )
    return Answers(asked.height, parts, version is not None)


def is_due(creditor: Creditor, today: date) -> bool:
    """Whether it is time to learn anew."""
    last = load_forecasts.newest(creditor.pk)
    return last is None or (today - last.effective_on).days >= LEARN_AFTER_DAYS


def learn(creditor: Creditor, as_of: date, *, by: str, seed: int = 0) -> ForecastVersion:
    """Learn from the books as known before `as_of`, and let the version take over where it proved no worse."""
    ledger = load_forecasts.ledger(creditor.pk, as_of)
    fingerprint, newest = _fingerprint(ledger), load_forecasts.newest(creditor.pk)
    if newest is not None and newest.fingerprint == fingerprint:
        raise NothingNew(version=newest.pk)
    stated = basis(creditor, as_of)
    known = ledger.filter(_is_profiled(stated))
    predictor = Learned(seed)
    predictor.fit(learning_features(known, as_of, seed))
    if predictor.model is None:
        raise TooLittleHistory
    before = load_forecasts.in_force(creditor.pk, as_of)
    trial = _tried(known, as_of, seed, before)
    took_over, why = judged(trial)
    return record_forecasts.version(
        creditor.pk,
        on=as_of,
        by=by,
        why=why,
        took_over=took_over,
        fingerprint=fingerprint,
        payments=known["paid_date"].count(),
        metrics={name: asdict(one) for name, one in trial.items()},
        calibration=[list(point) for point in trial["new"].calibration] if "new" in trial else [],
        model=kept.written(predictor),
    )


def versions(creditor: Creditor, on: date) -> list[tuple[str, ForecastVersion]]:
    """The version in force, and the newest one where it stays in the shadow."""
    in_force, newest = load_forecasts.in_force(creditor.pk, on), load_forecasts.newest(creditor.pk)
    found = [("in force", in_force)] if in_force else []
    return found + ([("in the shadow", newest)] if newest and not newest.took_over else [])


def drift(creditor: Creditor) -> list[Drift]:
    """How the error went from learning to learning, the latest last: a version that grows old is worse on what came since."""
    return [
        Drift(
            one.effective_on,
            one.metrics["new"]["crps"],
            one.metrics["histories"]["crps"],
            one.metrics["before"]["crps"] if "before" in one.metrics else None,
            one.metrics["new"]["covered"],
            one.took_over,
        )
        for one in load_forecasts.judged(creditor.pk, limit=LEARNINGS_SHOWN)
    ]


def state_basis(creditor: Creditor, statement: str, *, on: date, by: str) -> None:
    """State the lawful basis for forecasting natural persons by their own history; an empty one takes it back."""
    record_forecasts.basis(creditor.pk, statement=statement.strip(), on=on, by=by)


def profile(creditor: Creditor, customer: Customer, as_of: date) -> PayerProfile | None:
    """How a customer has paid so far; None for a natural person who may not be looked at so, or where nothing was paid yet."""
    if not may_profile(customer.kind, basis(creditor, as_of)):
        return None
    found = payer_profile.profile(load_forecasts.ledger(creditor.pk, as_of, customer=customer.pk), customer.pk, as_of)
    with scope.of(creditor.pk):
        due, kept_ = load_forecasts.promises(customer.pk, as_of)
    return replace(found, promises_due=due, promises_kept=kept_) if found.payments else None


def rhythm(found: PayerProfile, locale: str) -> str:
    return payer_profile.rhythm(found, locale)


def sentences(found: Shown, locale: str) -> list[str]:
    """A stored forecast in plain sentences: when, how surely without us, and why."""
    return [
        *forecast_reasons.told(
            found.expected_on,
            found.early_on,
            found.late_on,
            days=found.days,
            probability=found.probability,
            locale=locale,
        ),
        *(
            forecast_reasons.sentence(forecast_reasons.of_stored(code, values, is_earlier=is_earlier), locale)
            for code, is_earlier, values in found.reasons
        ),
    ]


def basis(creditor: Creditor, on: date) -> ProfilingBasis | None:
    found = load_forecasts.basis(creditor.pk, on)
    return ProfilingBasis(*found) if found else None


def _tried(ledger: pl.DataFrame, as_of: date, seed: int, before: ForecastVersion | None) -> dict[str, Measured]:
    """The last months forecast by one who had not seen them: `new`, `histories`, and for the version in force `before` with
    `new_beside_before` on the questions that came after it was learned. Empty where too few questions were asked."""
    cut = as_of - timedelta(CHECKED_DAYS)
    pupil = Learned(seed)
    pupil.fit(learning_features(_as_known(ledger, cut), cut, seed))
    asked = features.questions(ledger, as_of).filter(pl.col("origin") >= cut)
    if asked.height < CHECKED_MIN or pupil.model is None:
        return {}
    known = features.build(ledger, asked, features.market(ledger, asked["origin"]))
    last = as_of - timedelta(1)
    answered = {
        "new": _with_forecast(known.rows, pupil.forecast(known)),
        "histories": _with_forecast(known.rows, Shrunken().forecast(known)),
    }
    measured = {name: forecast_trial.measured(one, last) for name, one in answered.items()}
    if before is not None:
        later = pl.col("origin") >= before.effective_on
        old = _with_forecast(known.rows, kept.read(before.model).forecast(known)).filter(later)
        if old.height >= CHECKED_MIN:
            measured["before"] = forecast_trial.measured(old, last)
            measured["new_beside_before"] = forecast_trial.measured(answered["new"].filter(later), last)
    return measured


def judged(trial: dict[str, Measured]) -> tuple[bool, str]:
    """Whether the version takes over, and why in one sentence."""
    if not trial:
        return False, "too few questions of the last months to judge by"
    new, histories = trial["new"], trial["histories"]
    compared = f"CRPS {new.crps:.2f} days, the histories {histories.crps:.2f}, over {new.questions} questions"
    if new.crps > histories.crps:
        return False, f"worse than the untrained histories: {compared}"
    if "before" in trial and trial["new_beside_before"].crps > trial["before"].crps:
        beside, old = trial["new_beside_before"], trial["before"]
        return False, f"worse than the version in force: CRPS {beside.crps:.2f} days against {old.crps:.2f}"
    return True, compared


def _at_hand(creditor: Creditor, as_of: date) -> tuple[pl.DataFrame, Predictor, ForecastVersion | None]:
    """The books, and who forecasts: the version in force, or the untrained histories."""
    version = load_forecasts.in_force(creditor.pk, as_of)
    predictor: Predictor = kept.read(version.model) if version else Shrunken()
    return load_forecasts.ledger(creditor.pk, as_of), predictor, version


def _asked(ledger: pl.DataFrame, stated: ProfilingBasis | None, as_of: date) -> pl.DataFrame:
    return ledger.filter(pl.col("paid_date").is_null()).with_columns(
        origin=pl.lit(as_of), is_profiled=_is_profiled(stated)
    )


def _courtesies() -> set[tuple[str, int]]:
    """The days on which a step may be spared under any policy: a date of the ledger and an offset."""
    return {
        (COURTESY_ANCHORS[step.anchor], step.offset_days)
        for policy in policies.load_all().values()
        for step in policy.steps
        if step.courtesy and step.anchor in COURTESY_ANCHORS and policy.spare_probability < 1
    }


def _told(known: Features, predictor: Predictor, as_of: date) -> pl.DataFrame:
    """Forecasts as they are kept; `reasons` is null where those told last still hold."""
    answered = _with_forecast(known.rows, predictor.forecast(known))
    days = forecasts.waits(answered, as_of)
    found = pl.DataFrame(
        {
            "receivable_id": answered["invoice_id"],
            "known": answered["known"],
            "made_on": pl.Series([as_of] * answered.height, dtype=pl.Date),
            "expected_on": forecasts.quantile_dates(answered, 0.5),
            "early_on": forecasts.quantile_dates(answered, EARLY_LEVEL),
            "late_on": forecasts.quantile_dates(answered, LATE_LEVEL),
            "days": days,
            "probability": forecasts.within(answered, days),
            "unpaid": 1.0 - forecasts.within(answered, pl.repeat(LOSS_DAYS, answered.height, eager=True)),
        }
    )
    reasons = _reasons(features.narrowed(known, "is_explained"), predictor)
    return found.join(reasons, on="receivable_id", how="left", maintain_order="left")


def _reasons(known: Features, predictor: Predictor) -> pl.DataFrame:
    """receivable_id and the strongest reasons as JSON."""
    sentences = forecast_reasons.reasons(known.rows, predictor.explain(known)) if known.rows.height else []
    told = [
        [(one.code, one.is_earlier, dict(one.values)) for one in reasons] if is_profiled else []
        for reasons, is_profiled in zip(sentences, known.rows["is_profiled"], strict=True)
    ]
    return pl.DataFrame(
        {
            "receivable_id": known.rows["invoice_id"],
            "reasons": pl.Series([json.dumps(one, ensure_ascii=False) for one in told], dtype=pl.String),
        }
    )


def _with_forecast(rows: pl.DataFrame, forecast: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, forecast], how="horizontal")


def _is_profiled(stated: ProfilingBasis | None) -> pl.Expr:
    return pl.lit(True) if may_profile("person", stated) else pl.col("kind") != "person"


def _as_known(ledger: pl.DataFrame, day: date) -> pl.DataFrame:
    """The ledger as it stood before a day."""
    paid = pl.col("paid_date")
    return ledger.filter(pl.col("issue_date") < day).with_columns(paid_date=pl.when(paid < day).then(paid))


def _fingerprint(ledger: pl.DataFrame) -> str:
    paid = ledger.filter(pl.col("paid_date").is_not_null()).select("invoice_id", "issue_date", "due_date", "paid_date")
    return hashlib.sha256(paid.write_csv().encode()).hexdigest()
