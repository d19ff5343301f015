"""Runs a suite on a DataFrame, and says in our own terms what came out of it.

The frame may come from any Spark: it is handed to Great Expectations as it is and queried through the session it has.
"""

import contextlib
import datetime as dt
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lakehouse.suites import Suite, SuiteError

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from pyspark.sql import DataFrame, SparkSession

PUSH_DOWN = "spark.sql.iceberg.aggregate-push-down.enabled"

OBSERVED_LENGTH = 500
"""Characters of what was seen that are kept: a value of a column may be a whole document."""

State = Literal["passed", "failed", "error"]
"""Of an expectation, and of a whole suite. "error": it could not be evaluated, so nothing is known."""


@dataclass(frozen=True)
class Outcome:
    """Of one expectation. `observed` is what was seen, as text; `unexpected_count` the number of rows that do not hold."""

    name: str
    type: str
    column: str | None
    severity: str
    state: State
    description: str
    observed: str | None = None
    unexpected_count: int | None = None

    def __str__(self) -> str:
        count = f" ({self.unexpected_count} rows)" if self.unexpected_count else ""
        seen = f" [{self.observed}]" if self.observed and self.state != "passed" else ""
        return f"{self.name}{count}: {self.description}{seen}"


@dataclass(frozen=True)
class Report:
    """Of one suite on one batch. `day` is None when the batch was a whole table. `validated_at` is in UTC."""

    run_id: str
    suite: str
    table: str
    day: dt.date | None
    outcomes: tuple[Outcome, ...]
    validated_at: dt.datetime
    seconds: float

    @property
    def state(self) -> State:
        """An expectation that is not critical fails without failing the suite; one that says nothing never passes it."""
        if any(o.state == "failed" and o.severity == "critical" for o in self.outcomes):
            return "failed"
        return "error" if any(o.state == "error" for o in self.outcomes) else "passed"

    def having(self, *states: State) -> list[Outcome]:
        return [o for o in self.outcomes if o.state in states]

    def __str__(self) -> str:
        where = self.table + (f" of {self.day}" if self.day else "")
        held = f"{len(self.having('passed'))} of {len(self.outcomes)} expectations hold"
        first = f"suite {self.suite} on {where}: {self.state}, {held}"
        return "\n  ".join([first, *map(str, self.having("failed", "error"))])


def run(suite: Suite, frame: "DataFrame", table: str | None = None, day: dt.date | None = None) -> Report:
    """Validates all rows of the frame. With a day, the bounds that the suite has for one day apply."""
    if day is not None and not suite.day_column:
        raise SuiteError(f"suite {suite.name} says nothing about single days: its meta has no day")
    began, clock = dt.datetime.now(dt.UTC), time.monotonic()
    parameters = suite.parameters if day is None else suite.day_parameters
    with _rows_counted_by_spark(frame.sparkSession):
        results = _great_expectations(suite.expectations, frame, parameters)
    outcomes = tuple(sorted((_outcome(one) for one in results), key=lambda o: o.name))
    if (want := len(suite.expectations.expectations)) != len(outcomes):
        raise RuntimeError(f"suite {suite.name} has {want} expectations, of which {len(outcomes)} were evaluated")
    seconds = round(time.monotonic() - clock, 3)
    return Report(uuid.uuid4().hex, suite.name, table or suite.table, day, outcomes, began, seconds)


@contextlib.contextmanager
def _rows_counted_by_spark(spark: "SparkSession") -> Iterator[None]:
    """Iceberg answers aggregates from its metadata. Up to Spark 4.1.4 with Iceberg 1.12 it takes the distinct values of a
    column that a frame has set to a constant for the number of rows, and an expectation that should fail would hold."""
    before = spark.conf.get(PUSH_DOWN, None)
    spark.conf.set(PUSH_DOWN, "false")
    try:
        yield
    finally:
        if before is None:
            spark.conf.unset(PUSH_DOWN)
        else:
            spark.conf.set(PUSH_DOWN, before)


def _great_expectations(suite: "ExpectationSuite", frame: "DataFrame", parameters: dict[str, Any]) -> list[Any]:
    # It reports its use to its makers unless told otherwise, which the image does, and a notebook may not.
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # Not persisted: the Connect server would keep the rows after this session has ended.
    source = context.data_sources.add_spark("spark", persist=False)
    # Its queries would otherwise go through whatever session this process opened first, which knows nothing of the frame.
    source.get_execution_engine().spark = frame.sparkSession
    batch = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    return batch.validate(suite, expectation_parameters=parameters).results


def _outcome(result: Any) -> Outcome:  # noqa: ANN401 - ExpectationValidationResult has no types of its own.
    config, seen = result.expectation_config, result.result or {}
    error = _exception(result.exception_info or {})
    observed = error or seen.get("observed_value")
    for key, what in (("partial_unexpected_list", ""), ("partial_missing_list", "missing: ")):
        if observed is None and seen.get(key) and not config.meta.get("hide_values"):
            observed = what + ", ".join(map(str, seen[key][:5]))
    count = seen.get("unexpected_count")
    if count is None and config.type == "unexpected_rows_expectation" and not error:
        count = seen.get("observed_value")
    state: State = "error" if error else "passed" if result.success else "failed"
    severity = getattr(config.severity, "value", config.severity)
    said = None if observed is None else str(observed)[:OBSERVED_LENGTH]
    about = (config.meta["name"], config.type, config.kwargs.get("column"), severity)
    return Outcome(*about, state, config.description or "", said, count)


def _exception(info: dict[str, Any]) -> str | None:
    """The first message of what was raised; there is one dict, or one for every metric that failed."""
    for one in [info, *(v for v in info.values() if isinstance(v, dict))]:
        if one.get("raised_exception"):
            return str(one.get("exception_message") or "an exception without a message")
    return None
