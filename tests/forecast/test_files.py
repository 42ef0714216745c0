"""The contract on files: every request answered, whatever the ledger holds."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from dunwell.cli.forecast import command
from dunwell.core.refusal import Refusal
from dunwell.run import forecast
from dunwell.run.forecast import learning_features
from dunwell.run.forecast_files import DELAYS_WRITTEN
from forecast import ledgers

ORIGIN = date(2025, 5, 5)
LEDGER = ledgers.make(customers=10, weeks=17, seed=5)


def write(folder: Path, ledger: pl.DataFrame, asked: pl.DataFrame) -> None:
    folder.mkdir(parents=True)
    ledger.write_csv(folder / "ledger.csv")
    asked.drop("paid_date", strict=False).write_csv(folder / "requests.csv")


def ask(tmp_path: Path, ledger: pl.DataFrame, asked: pl.DataFrame | None = None):
    """The checked answers and the codes of the findings."""
    asked = ledger.filter(pl.col("paid_date").is_null()) if asked is None else asked
    write(tmp_path / "asked" / "openbook" / ORIGIN.isoformat(), ledger, asked)
    findings = forecast.tree(tmp_path / "asked", tmp_path / "out.csv", seed=1)
    answers = pl.read_csv(tmp_path / "out.csv", schema_overrides={"invoice_id": pl.String}, try_parse_dates=True)
    assert sorted(answers["invoice_id"].fill_null("")) == sorted(asked["invoice_id"].fill_null(""))
    probabilities = answers.select(f"p_{delay}" for delay in DELAYS_WRITTEN).to_numpy()
    assert np.isfinite(probabilities).all()
    assert probabilities.min() >= 0 and probabilities.max() <= 1
    assert (np.diff(probabilities, axis=1) >= 0).all()
    assert (answers["expected_date"] >= ORIGIN).all()
    return answers, {finding.code for finding in findings}


def known(ledger: pl.DataFrame = LEDGER) -> pl.DataFrame:
    paid = pl.when(pl.col("paid_date") < ORIGIN).then("paid_date").alias("paid_date")
    return ledger.filter(pl.col("issue_date") < ORIGIN).with_columns(paid)


def test_every_request_gets_a_distribution_on_the_contract(tmp_path):
    answers, codes = ask(tmp_path, known())
    assert codes == set()
    assert answers.columns[:4] == ["task", "origin", "invoice_id", "expected_date"]
    assert answers["task"].unique().to_list() == ["openbook"]
    assert answers["origin"].unique().to_list() == [ORIGIN]


def test_the_same_seed_writes_the_same_file(tmp_path):
    write(tmp_path / "asked" / "issue" / ORIGIN.isoformat(), known(), LEDGER.tail(30))
    for name in ("one.csv", "two.csv"):
        forecast.tree(tmp_path / "asked", tmp_path / name, seed=3)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_model_serves_later_origins_for_a_while_and_never_earlier_ones(tmp_path, monkeypatch):
    learned_at = []

    def watched(ledger, origin, seed):
        learned_at.append(origin)
        return learning_features(ledger, origin, seed)

    monkeypatch.setattr(forecast, "learning_features", watched)
    origins = [ORIGIN + timedelta(weeks=week) for week in (14, 0, 1, 12)]
    for task in ("issue", "openbook"):
        for origin in origins:
            write(tmp_path / "asked" / task / origin.isoformat(), known(), LEDGER.tail(5))
    forecast.tree(tmp_path / "asked", tmp_path / "out.csv", seed=0)
    assert learned_at == [ORIGIN, ORIGIN + timedelta(weeks=14)]


@pytest.mark.parametrize(
    "ledger",
    [
        pytest.param(known().head(3), id="three rows"),
        pytest.param(known().clear(), id="no rows"),
        pytest.param(known().with_columns(customer_id=pl.lit("one")), id="one customer"),
        pytest.param(known().with_columns(paid_date=pl.lit(None, pl.Date)), id="all open"),
        pytest.param(known().with_columns(paid_date=pl.lit(ORIGIN - timedelta(days=1))), id="all paid on one day"),
        pytest.param(
            known().with_columns(issue_date=pl.lit(date(2025, 3, 3)), due_date=pl.lit(date(2025, 3, 17))), id="one day"
        ),
    ],
)
def test_odd_ledgers_get_sensible_answers(tmp_path, ledger):
    ask(tmp_path, ledger, LEDGER.tail(40).with_columns(issue_date=pl.lit(ORIGIN), due_date=pl.lit(ORIGIN)))


def test_an_invoice_years_overdue_is_still_answered(tmp_path):
    old = (
        known()
        .tail(4)
        .with_columns(issue_date=pl.lit(date(2019, 1, 1)), due_date=pl.lit(date(2019, 2, 1)), paid_date=None)
    )
    ask(tmp_path, pl.concat([known(), old.with_columns(invoice_id="old" + pl.col("invoice_id"))]), old)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("issue_date", "2025-02-30", "issue_date_unreadable"),
        ("due_date", "soon", "due_date_unreadable"),
        ("due_date", "2024-01-01", "due_before_issue"),
        ("due_date", "2099-01-01", "due_far_away"),
        ("paid_date", "2024-01-01", "paid_before_issue"),
        ("paid_date", "2031-01-01", "paid_later"),
        ("paid_date", "31.02.2025", "paid_unreadable"),
        ("issue_date", "2026-01-01", "issued_later"),
        ("amount", "many", "amount_unreadable"),
        ("amount", "-5", "not_a_claim"),
        ("customer_id", "", "customer_missing"),
        ("invoice_id", "0-0", "duplicate_invoice"),
    ],
)
def test_what_cannot_be_true_is_a_finding_at_its_line(tmp_path, column, value, code):
    ledger = known().with_columns(pl.all().cast(pl.String))
    spoilt = ledger.with_row_index().with_columns(
        pl.when(pl.col("index") == 4).then(pl.lit(value)).otherwise(column).alias(column)
    )
    write(tmp_path / "asked" / "issue" / ORIGIN.isoformat(), spoilt.drop("index"), LEDGER.tail(3))
    findings = forecast.tree(tmp_path / "asked", tmp_path / "out.csv", seed=1)
    assert (code, 6) in [(finding.code, finding.line) for finding in findings]


def test_a_tenth_of_garbage_does_not_move_the_rest(tmp_path):
    random = np.random.default_rng(2)
    ledger = known().with_columns(pl.all().cast(pl.String))
    for column in ("issue_date", "due_date", "paid_date", "amount", "customer_id"):
        rubbish = pl.Series(random.choice(["???", "", "9999-99-99", "-1", "1850-01-01", "NULL"], ledger.height))
        ledger = ledger.with_columns(
            pl.when(pl.Series(random.random(ledger.height) < 0.02)).then(rubbish).otherwise(column).alias(column)
        )
    asked = LEDGER.tail(40).with_columns(pl.all().cast(pl.String))
    clean, _ = ask(tmp_path / "clean", known(), asked)
    spoilt, codes = ask(tmp_path / "spoilt", ledger, asked)
    assert len(codes) >= 4
    shift = (spoilt["expected_date"] - clean["expected_date"]).dt.total_days().abs()
    assert shift.median() <= 2


def test_a_spoilt_question_is_answered_too(tmp_path):
    asked = LEDGER.tail(6).with_columns(pl.all().cast(pl.String)).with_columns(
        issue_date=pl.Series(["", "rubbish", None, "2025-05-06", "2025-05-06", "2025-05-06"]),
        due_date=pl.Series(["2025-05-20", "2025-05-20", None, None, "2024-01-01", "2025-05-20"]),
        customer_id=pl.Series(["C1", "", "C2", "C3", "C4", None]),
    )  # fmt: skip
    _, codes = ask(tmp_path, known(), asked)
    assert {"issue_date_unreadable", "dates_missing", "due_before_issue", "customer_missing"} <= codes


def test_one_ledger_and_one_list(tmp_path):
    known().write_csv(tmp_path / "history.csv")
    LEDGER.tail(12).drop("paid_date").write_csv(tmp_path / "asked.csv")
    app = typer.Typer()
    app.command()(command)
    call = [
        "--history",
        str(tmp_path / "history.csv"),
        "--predict",
        str(tmp_path / "asked.csv"),
        "--out",
        str(tmp_path / "out.csv"),
    ]
    assert CliRunner().invoke(app, call).exit_code == 0
    answers = pl.read_csv(tmp_path / "out.csv", try_parse_dates=True)
    assert answers["invoice_id"].to_list() == LEDGER.tail(12)["invoice_id"].to_list()
    last = max(known()["issue_date"].max(), known()["paid_date"].max())
    assert answers["origin"][0] == last + timedelta(days=1)


def test_a_folder_without_questions_and_a_file_without_columns_are_refused(tmp_path):
    with pytest.raises(Refusal, match=r"requests\.csv"):
        forecast.tree(tmp_path, tmp_path / "out.csv", seed=0)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Refusal, match="lacks the columns"):
        forecast.pair(tmp_path / "bad.csv", tmp_path / "bad.csv", tmp_path / "out.csv", seed=0)


def test_a_backtest_says_error_and_coverage_by_horizon(tmp_path):
    ledgers.make(customers=10, weeks=40, seed=5).write_csv(tmp_path / "ledger.csv")
    application = typer.Typer()
    application.command()(command)
    told = CliRunner().invoke(application, ["--history", str(tmp_path / "ledger.csv"), "--backtest"])
    assert told.exit_code == 0, told.output
    assert "CRPS" in told.output
    for horizon in ("7 d", "14 d", "30 d"):
        assert told.output.count(horizon) == 2
    assert "if invoices were independent" in told.output


def test_a_ledger_of_three_rows_is_too_short_for_a_backtest(tmp_path):
    ledgers.make(customers=1, weeks=3).write_csv(tmp_path / "ledger.csv")
    application = typer.Typer()
    application.command()(command)
    told = CliRunner().invoke(application, ["--history", str(tmp_path / "ledger.csv"), "--backtest"])
    assert told.exit_code == 2
    assert "too short" in told.output
