"""One validation from beginning to end: run it, tell everybody who has to know, and stop whoever depends on it.

Who has to know: the log (one JSON object a line), the table lake.quality.results, and Prometheus if VALIDATION_METRICS_URL
names a Pushgateway.
"""

import dataclasses
import datetime as dt
import json
import os
from typing import TYPE_CHECKING, Any, get_args

from lakehouse import metrics, suites, tables, validation
from lakehouse.session import redact

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class ValidationFailed(Exception):
    """Data is not as it must be; the text names every expectation that does not hold. Trying again does not help."""


class ValidationUnknown(Exception):
    """An expectation could not be evaluated, so nothing is known about the data. Trying again may help."""


def check(spark: "SparkSession", frame: "DataFrame", suite: suites.Suite, source: str, **batch: Any) -> validation.Report:  # noqa: ANN401
    """Validates a frame and records the report. `source` says who asked, as in "dag daily_sales manual__…"; `batch` is
    `table` and `day` of validation.run. Raises what the report says."""
    report = validation.run(suite, frame, **batch)
    environment = os.environ.get("ENVIRONMENT", "")
    log_report(report, source, environment)
    problems = [*_record(spark, report, source, environment), *_push(report, environment)]
    for problem in problems:
        log(event="validation_not_recorded", suite=report.suite, run_id=report.run_id, problem=problem)
    if report.state == "failed":
        raise ValidationFailed(str(report))
    if report.state == "error":
        raise ValidationUnknown(str(report))
    return report


def batch_of(spark: "SparkSession", suite: suites.Suite, table: str = "", day: dt.date | None = None) -> "DataFrame":
    """The rows to validate: all of the suite's table, or of another one like it, or those of one day (UTC)."""
    frame = spark.table(table or suite.table)
    if day is None:
        return frame
    if not suite.day_column:
        raise suites.SuiteError(f"suite {suite.name} says nothing about single days: its meta has no day")
    # Two bounds instead of a cast to a date, because Iceberg skips the files of other days then, for timestamps too.
    bounds = f"{suite.day_column} >= DATE'{day}' AND {suite.day_column} < DATE'{day + dt.timedelta(days=1)}'"
    return frame.where(bounds)


def log(**record: Any) -> None:  # noqa: ANN401 - Any value that JSON or str() knows.
    """One line of JSON on stdout, for whatever collects logs."""
    print(json.dumps(record, default=str, ensure_ascii=False), flush=True)


def log_report(report: validation.Report, source: str, environment: str) -> None:
    common = {"run_id": report.run_id, "suite": report.suite, "table": report.table, "day": report.day}
    for one in report.outcomes:
        log(event="expectation", **common, **dataclasses.asdict(one))
    counts = {state: len(report.having(state)) for state in get_args(validation.State)}
    asked = {"source": source, "environment": environment}
    log(event="validation", **common, state=report.state, expectations=counts, seconds=report.seconds, **asked)


def _record(spark: "SparkSession", report: validation.Report, source: str, environment: str) -> list[str]:
    """A report that cannot be written down is still true, so this never raises."""
    at = int(report.validated_at.timestamp() * 1_000_000)
    rows = [
        (report.run_id, source, environment, report.suite, report.table, report.day, one.name, one.type, one.column,
         one.severity, one.state, one.observed, one.unexpected_count, one.description, at)
        for one in report.outcomes
    ]  # fmt: skip
    try:
        tables.RESULTS.create(spark)
        tables.append_rows(spark, tables.RESULTS, rows)
    except Exception as error:
        return [f"{tables.RESULTS.name}: {redact(str(error))}"]
    return []


def _push(report: validation.Report, environment: str) -> list[str]:
    url = os.environ.get("VALIDATION_METRICS_URL", "").strip()
    if not url:
        return []
    try:
        metrics.push(report, url, environment)
    except Exception as error:
        return [f"Pushgateway {url}: {error}"]
    return []
