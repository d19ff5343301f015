"""A failed validation shows in Prometheus: with Debian's Pushgateway and Prometheus, and an alert that fires."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import given
from lakehouse import checks, damage, suites
from servers import prometheus, pushgateway

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# The rule that docs/data-quality.md offers.
RULES = """
groups:
- name: data-quality
  rules:
  - alert: DataValidationFailed
    expr: sparkwiz_validation_success == 0
    labels: {severity: critical}
"""


def query(url: str, promql: str) -> dict[tuple[str, ...], float]:
    """Values by (suite, expectation or state, where there is one)."""
    with urllib.request.urlopen(f"{url}/api/v1/query?query={urllib.parse.quote(promql)}", timeout=5) as reply:
        found = json.load(reply)["data"]["result"]
    keys = ("suite", "expectation", "state")
    return {tuple(one["metric"][key] for key in keys if key in one["metric"]): float(one["value"][1]) for one in found}


def eventually(what: Callable[[], object], want: object) -> None:
    deadline = time.monotonic() + 30
    while (seen := what()) != want:
        assert time.monotonic() < deadline, f"{seen} is not {want}"
        time.sleep(0.5)


def firing(url: str) -> list[str]:
    with urllib.request.urlopen(f"{url}/api/v1/alerts", timeout=5) as reply:
        alerts = json.load(reply)["data"]["alerts"]
    return sorted(one["labels"]["suite"] for one in alerts if one["state"] == "firing")


def test_a_failed_validation_shows(spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binaries = given("PROMETHEUS_BINARIES")
    customers, sales = suites.load("customers"), suites.load("sales")
    with pushgateway(binaries, tmp_path) as gateway, prometheus(binaries, tmp_path, gateway, RULES) as server:
        monkeypatch.setenv("VALIDATION_METRICS_URL", gateway)
        good, other = spark.table(customers.table), spark.table(sales.table)
        began = time.time()
        checks.check(spark, good, customers, "test")
        checks.check(spark, other, sales, "test")
        eventually(lambda: query(server, "sparkwiz_validation_success"), {("customers",): 1, ("sales",): 1})
        assert firing(server) == []
        success = query(server, "sparkwiz_validation_last_success_timestamp_seconds")
        assert began - 1 <= success["customers",] <= time.time()

        with pytest.raises(checks.ValidationFailed):
            checks.check(spark, damage.apply(good, "customers", "country_known", 1), customers, "test")
        eventually(lambda: query(server, "sparkwiz_validation_success"), {("customers",): 0, ("sales",): 1})
        eventually(lambda: firing(server), ["customers"])
        assert query(server, "sparkwiz_validation_expectation_success == 0") == {("customers", "country_known"): 0}
        counts = query(server, 'sparkwiz_validation_expectations{suite="customers"}')
        assert counts == {("customers", "passed"): 11, ("customers", "failed"): 1, ("customers", "error"): 0}
        assert query(server, "sparkwiz_validation_last_success_timestamp_seconds") == success, "the last success stays"
        assert query(server, "sparkwiz_validation_last_run_timestamp_seconds")["customers",] > success["customers",]
        assert query(server, 'sparkwiz_validation_success{environment="dev", job="data_validation"}')

        checks.check(spark, good, customers, "test")
        eventually(lambda: query(server, "sparkwiz_validation_success"), {("customers",): 1, ("sales",): 1})
        eventually(lambda: firing(server), [])
        assert query(server, "sparkwiz_validation_expectation_success == 0") == {}
