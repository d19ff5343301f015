"""The suites hold for the sample data, and every single expectation fails when the data is broken in its respect."""

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from lakehouse import checks, damage, samples, suites, tables, validation
from lakehouse.session import connect

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SUITES = {name: suites.load(name) for name in suites.available()}
DAY = dt.date(2025, 1, 31)


@pytest.mark.parametrize("name", SUITES)
def test_sample_data_holds(reader: "SparkSession", name: str) -> None:
    report = validation.run(SUITES[name], checks.batch_of(reader, SUITES[name]))
    assert report.state == "passed", report
    assert [one.name for one in report.outcomes] == damage.names(name)
    assert {one.state for one in report.outcomes} == {"passed"}


@pytest.mark.parametrize("name", ["orders", "sales"])
@pytest.mark.parametrize("day", ["2025-01-01", "2025-03-01"])
def test_one_day_holds(reader: "SparkSession", name: str, day: str) -> None:
    date = dt.date.fromisoformat(day)
    report = validation.run(SUITES[name], checks.batch_of(reader, SUITES[name], day=date), day=date)
    assert report.state == "passed", report
    rows = next(one for one in report.outcomes if one.name == "rows")
    assert 0 < int(rows.observed) < 200, "it was one day that was counted"


@pytest.fixture(scope="module")
def rows(reader: "SparkSession") -> "dict[str, DataFrame]":
    """The sample data without tables around it, which takes half the time."""
    return samples.frames(reader)


@pytest.mark.parametrize(("name", "broken"), [(name, one) for name in SUITES for one in damage.names(name)])
def test_every_expectation_can_fail(rows: "dict[str, DataFrame]", name: str, broken: str) -> None:
    suite = SUITES[name]
    frame = damage.apply(rows[name], name, broken, suite.parameters["rows_min"])
    report = validation.run(suite, frame)
    found = report.having("failed", "error")
    assert [one.name for one in found] == [broken], report
    assert found[0].state == "failed"
    assert report.state == ("failed" if found[0].severity == "critical" else "passed")


def test_an_expectation_that_cannot_be_evaluated_is_no_pass(reader: "SparkSession") -> None:
    frame = reader.table(tables.SALES.name).drop("discount")
    report = validation.run(SUITES["sales"], frame)
    states = {one.name: one.state for one in report.outcomes}
    assert states["columns"] == "failed"
    assert states["discount_range"] == states["amount_adds_up"] == "error"
    # Without the fault that was found as well, nothing would be known.
    rest = dataclasses.replace(report, outcomes=tuple(one for one in report.outcomes if one.state != "failed"))
    assert rest.state == "error"


def test_no_suite_for_a_day_where_there_are_none(reader: "SparkSession") -> None:
    suite = SUITES["customers"]
    with pytest.raises(suites.SuiteError, match="says nothing about single days"):
        checks.batch_of(reader, suite, day=DAY)
    with pytest.raises(suites.SuiteError, match="says nothing about single days"):
        validation.run(suite, reader.table(suite.table), day=DAY)


def test_a_constant_column_is_one_distinct_value(reader: "SparkSession") -> None:
    """Iceberg's answer from metadata is the number of rows, as of Spark 4.1.4 with Iceberg 1.12."""
    from pyspark.sql import functions as f

    frame = reader.table(tables.SALES.name).withColumn("product_id", f.lit("P-0001"))
    outcome = next(one for one in validation.run(SUITES["sales"], frame).outcomes if one.name == "products_usual")
    assert (outcome.state, outcome.observed) == ("failed", "1")
    assert reader.conf.get(validation.PUSH_DOWN, "unset") == "unset", "the session is as it was"


def test_a_frame_is_queried_through_its_own_session(reader: "SparkSession", remote: str) -> None:
    """In a notebook there is one session already; the queries of a suite must not end up in that."""
    suite = SUITES["sales"]
    with connect(remote) as other:
        assert other is not reader
        assert validation.run(suite, other.table(suite.table)).state == "passed"
        assert validation.run(suite, reader.table(suite.table)).state == "passed"


def test_who_has_to_know(spark: "SparkSession", capsys: pytest.CaptureFixture[str]) -> None:
    suite = SUITES["sales"]
    broken = damage.apply(checks.batch_of(spark, suite, day=DAY), "sales", "amount_present", 1)
    with pytest.raises(checks.ValidationFailed, match=r"amount_present \(1 rows\): a line without an amount"):
        checks.check(spark, broken, suite, "test", table="lake.somebody.sales", day=DAY)
    checks.check(spark, spark.table(suite.table), suite, "test")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    runs = [line for line in lines if line["event"] == "validation"]
    assert [(one["state"], one["table"], one["day"]) for one in runs] == [
        ("failed", "lake.somebody.sales", "2025-01-31"),
        ("passed", "lake.samples.sales", None),
    ]
    assert len(lines) == 2 * (len(suite.expectations.expectations) + 1)

    rows = spark.table(tables.RESULTS.name).collect()
    assert len(rows) == 2 * len(suite.expectations.expectations)
    assert {(row.run_id, row.suite, row.source, row.environment) for row in rows} == {
        (one["run_id"], "sales", "test", "dev") for one in runs
    }
    failed = [row for row in rows if row.state != "passed"]
    assert [(row.expectation, row.severity, row.unexpected_count, row.day) for row in failed] == [
        ("amount_present", "critical", 1, DAY)
    ]
    age = spark.sql(f"SELECT max(unix_timestamp(now()) - unix_timestamp(validated_at)) FROM {tables.RESULTS.name}").first()[
        0
    ]
    assert 0 <= age < 300, "times are UTC"


def test_values_of_people_are_neither_logged_nor_kept(spark: "SparkSession", capsys: pytest.CaptureFixture[str]) -> None:
    suite = SUITES["customers"]
    broken = damage.apply(spark.table(suite.table), "customers", "email_unique", 1)
    with pytest.raises(checks.ValidationFailed) as failed:
        checks.check(spark, broken, suite, "test")
    kept = str(spark.table(tables.RESULTS.name).collect())
    assert "email_unique" in kept
    for text in (kept, capsys.readouterr().out, str(failed.value)):
        assert "@example.com" not in text


def test_a_report_that_cannot_be_kept_is_still_true(
    spark: "SparkSession", capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = SUITES["customers"]
    monkeypatch.setattr(tables, "RESULTS", tables.Table("nowhere.quality.results", tables.RESULTS.columns))
    monkeypatch.setenv("VALIDATION_METRICS_URL", "http://127.0.0.1:9")
    broken = damage.apply(spark.table(suite.table), "customers", "country_known", 1)
    with pytest.raises(checks.ValidationFailed):
        checks.check(spark, broken, suite, "test")
    problems = [line for line in capsys.readouterr().out.splitlines() if "validation_not_recorded" in line]
    assert len(problems) == 2
    assert "nowhere" in problems[0]
    assert "Pushgateway http://127.0.0.1:9" in problems[1]
