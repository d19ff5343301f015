"""Computes lake.marts.daily_sales again for many days, in any order, side by side, and as often as one likes.

What has been done is written down day by day in lake.ops.backfill_days, with a version of the code and a fingerprint of
the rows it was computed from. A day is skipped when both are still the same, so a run that was killed is simply started
again. The table only grows; the newest row of a day counts.
"""

import datetime as dt
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lakehouse import checks, sales, suites
from lakehouse.days import lanes
from lakehouse.fingerprint import Fingerprint, fingerprints
from lakehouse.tables import BACKFILL_DAYS, DAILY_SALES, SALES, append_rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PIPELINE = "daily_sales"


class BackfillIncomplete(Exception):
    """Some days are not done; the text names them."""


@dataclass(frozen=True)
class Work:
    """A backfill as it is handed to its workers. `force` does days again that are done."""

    run_id: str
    validate: bool
    force: bool = False


@dataclass(frozen=True)
class Record:
    """The newest that is known of a day."""

    state: Literal["done", "failed"]
    code_version: str
    input_version: str
    validated: bool
    run_id: str
    message: str = ""


def code_version() -> str:
    """Changes with whatever decides what a day's rows become, and whether they are let through."""
    files = [Path(sales.__file__), suites.DIRECTORY / (sales.SUITE + suites.SUFFIX)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]


def plan(spark: "SparkSession", days: list[dt.date], parallelism: int, work: Work) -> list[list[dt.date]]:
    """The days that are left to do, shared out among at most so many workers. Makes the tables, lest the workers race."""
    BACKFILL_DAYS.create(spark)
    DAILY_SALES.create(spark)
    if not spark.catalog.tableExists(SALES.name):
        raise sales.NoSales(f"{SALES.name} is not there; to load the sample data, run the DAG samples")
    known, inputs = records(spark, days), input_versions(spark, days)
    left = [day for day in days if not is_done(known.get(day), inputs[day], work)]
    shared = lanes(left, parallelism)
    checks.log(event="backfill_planned", days=len(days), done=len(days) - len(left), left=len(left), workers=len(shared))
    return shared


def run(spark: "SparkSession", days: list[dt.date], work: Work) -> None:
    """Does the days one after the other. A day whose data is not as it must be is written down and passed over; any other
    error ends the work, because the next day would meet it too."""
    suite = suites.load(sales.SUITE)
    refused = []
    for day in days:
        # Looked up for each day: a worker that is started again does only what its predecessor has not done. The input is
        # looked at before the day is computed, so that a change in between leads to doing it again, never to missing it.
        version = input_versions(spark, [day])[day]
        if is_done(records(spark, [day]).get(day), version, work):
            continue
        began = time.monotonic()
        try:
            if work.validate:
                frame = checks.batch_of(spark, suite, day=day)
                checks.check(spark, frame, suite, f"backfill {work.run_id}", day=day)
            rows = sales.publish(spark, day, SALES)
        except checks.ValidationFailed as error:
            refused.append(day)
            _record(spark, day, "failed", version, 0, str(error), work)
            continue
        _record(spark, day, "done", version, rows, "", work)
        checks.log(event="backfill_day", day=day, rows=rows, seconds=round(time.monotonic() - began, 3))
    if refused:
        raise BackfillIncomplete(f"{len(refused)} of {len(days)} days failed their validation: {_listed(refused)}")


def summary(spark: "SparkSession", days: list[dt.date], work: Work) -> dict[str, int]:
    """Counts what came out of all days, and fails unless every one of them is done."""
    known, inputs = records(spark, days), input_versions(spark, days)
    # Whether a day was forced in this run is of no interest any more.
    once = Work(work.run_id, work.validate)
    done = [day for day in days if is_done(known.get(day), inputs[day], once)]
    here = sum(1 for day in done if known[day].run_id == work.run_id)
    counts = {"days": len(days), "done": len(done), "in_this_run": here, "skipped": len(done) - here}
    checks.log(event="backfill_finished", **counts)
    if missing := sorted(set(days) - set(done)):
        raise BackfillIncomplete(
            f"{len(missing)} of {len(days)} days are not done: {_listed(missing)}; run it again for the rest"
        )
    return counts


def is_done(record: Record | None, input_version: str, work: Work) -> bool:
    """Done by this code from these rows, and validated if that is asked for now. With `force`: done in this run."""
    if record is None or record.state != "done" or (work.force and record.run_id != work.run_id):
        return False
    same = record.code_version == code_version() and record.input_version == input_version
    return same and (record.validated or not work.validate)


def records(spark: "SparkSession", days: list[dt.date]) -> dict[dt.date, Record]:
    rows = spark.sql(f"""
        SELECT day, max_by(struct(state, code_version, input_version, validated, run_id, message), recorded_at) AS newest
        FROM {BACKFILL_DAYS.name}
        WHERE pipeline = '{PIPELINE}' AND day BETWEEN DATE'{min(days)}' AND DATE'{max(days)}'
        GROUP BY day""").collect()
    return {row["day"]: Record(**row["newest"].asDict()) for row in rows}


def input_versions(spark: "SparkSession", days: list[dt.date]) -> dict[dt.date, str]:
    """A fingerprint of all that each day is computed from. Not the table's snapshot: that changes with every other day, and
    with every compaction."""
    found = fingerprints(sales.lines(spark, SALES, min(days), max(days)), "sale_date")
    return {day: str(found.get(day, Fingerprint(0, "0"))) for day in days}


def _record(spark: "SparkSession", day: dt.date, state: str, version: str, rows: int, message: str, work: Work) -> None:
    now = time.time_ns() // 1000
    row = (PIPELINE, day, state, code_version(), version, work.validate, rows, message[:2000], work.run_id, now)
    append_rows(spark, BACKFILL_DAYS, [row])


def _listed(days: list[dt.date]) -> str:
    shown = ", ".join(map(str, days[:10]))
    return shown if len(days) <= 10 else f"{shown} and {len(days) - 10} more"
