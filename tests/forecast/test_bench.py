import os
from pathlib import Path

import pytest

from dunwell.run import bench_forecast

SHARED = Path(os.environ.get("DUNWELL_SHARED", Path(__file__).parents[2] / "../shared"))


def test_without_the_reference_data_the_bench_says_so(tmp_path):
    assert list(bench_forecast.run(tmp_path)) == [f"skipped: {tmp_path}/tools/eval_prediction.py is not there"]


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "tools").exists(), reason="needs the shared reference data beside the repository")
def test_the_small_ledger_is_forecast_better_than_by_histories_alone(monkeypatch):
    pytest.importorskip("pandas", reason="the scorer needs pandas")
    monkeypatch.setattr(bench_forecast, "SETS", ("ibm",))
    report = list(bench_forecast.run(SHARED))
    for line in report:
        print(line)
    better = [line for line in report if "crps less" in line]
    assert len(better) == 2
    assert all(": -" in line for line in better)
