"""The backfill: right, resumable after a kill, side by side, and never more work than is needed."""

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from conftest import DAGS, refresh
from lakehouse import backfill, tables
from lakehouse.days import between
from test_sales import expected, of_days, published

if TYPE_CHECKING:
    from pyspark.sql import Row, SparkSession

DAYS = between("2025-01-10", "2025-01-15")
# Without validation, which takes ten times as long as the rest: it has tests of its own.
FAST = backfill.Work("first", validate=False)


def do(spark: "SparkSession", work: backfill.Work, days: list[dt.date] = DAYS, parallelism: int = 2) -> int:
    """Plans, does and sums up; returns how many days had to be done."""
    shared = backfill.plan(spark, days, parallelism, work)
    for lane in shared:
        backfill.run(spark, lane, work)
    counts = backfill.summary(spark, days, work)
    assert counts["done"] == len(days)
    assert counts["in_this_run"] == sum(map(len, shared))
    return counts["in_this_run"]


def again(run_id: str, **changes: bool) -> backfill.Work:
    return backfill.Work(run_id, **({"validate": False} | changes))


def changes_of(spark: "SparkSession", table: tables.Table) -> int:
    return spark.table(f"{table.name}.snapshots").count()


def test_right_and_only_once(spark: "SparkSession") -> None:
    assert do(spark, FAST) == len(DAYS)
    assert published(spark) == of_days(expected(), *DAYS)
    before = changes_of(spark, tables.DAILY_SALES), changes_of(spark, tables.BACKFILL_DAYS)
    assert do(spark, again("second")) == 0, "nothing has changed"
    assert before == (changes_of(spark, tables.DAILY_SALES), changes_of(spark, tables.BACKFILL_DAYS)), "nothing is written"
    assert do(spark, again("third", force=True)) == len(DAYS)
    assert published(spark) == of_days(expected(), *DAYS)


def test_a_longer_range_does_what_is_new(spark: "SparkSession") -> None:
    do(spark, FAST)
    assert do(spark, again("second"), between("2025-01-08", "2025-01-16"), parallelism=3) == 3


def test_days_whose_rows_have_changed_are_done_again(spark: "SparkSession") -> None:
    do(spark, FAST)
    spark.sql(f"UPDATE {tables.SALES.name} SET quantity = quantity + 1 WHERE sale_date = DATE'{DAYS[2]}'").collect()
    # What the totals depend on besides: the country of whoever bought on a day.
    customer = spark.sql(
        f"SELECT customer_id FROM {tables.ORDERS.name} WHERE to_date(ordered_at) = DATE'{DAYS[4]}' ORDER BY order_id"
    ).first()[0]
    bought = spark.sql(f"SELECT DISTINCT to_date(ordered_at) FROM {tables.ORDERS.name} WHERE customer_id = {customer}")
    touched = {row[0] for row in bought.collect()} & set(DAYS) | {DAYS[2]}
    spark.sql(f"UPDATE {tables.CUSTOMERS.name} SET country = 'SE' WHERE customer_id = {customer}").collect()
    left = backfill.plan(spark, DAYS, 1, again("second"))
    assert set(left[0]) == touched
    assert 2 <= len(touched) < len(DAYS)


def test_compaction_is_no_change(spark: "SparkSession") -> None:
    do(spark, FAST)
    spark.sql(
        "CALL lake.system.rewrite_data_files(table => 'samples.sales', options => map('rewrite-all', 'true'))"
    ).collect()
    assert backfill.plan(spark, DAYS, 1, again("second")) == []


def test_new_code_does_all_again(spark: "SparkSession", monkeypatch: pytest.MonkeyPatch) -> None:
    do(spark, FAST)
    monkeypatch.setattr(backfill, "code_version", lambda: "other")
    assert backfill.plan(spark, DAYS, 1, again("second")) == [DAYS]


def test_what_was_not_validated_is_not_done_for_whoever_validates(spark: "SparkSession") -> None:
    do(spark, FAST, DAYS[:1])
    assert backfill.plan(spark, DAYS[:1], 1, again("second", validate=True)) == [DAYS[:1]]
    do(spark, again("second", validate=True), DAYS[:1])
    assert backfill.plan(spark, DAYS[:1], 1, again("third", validate=True)) == []
    assert backfill.plan(spark, DAYS[:1], 1, again("third")) == [], "validated is good enough for whoever does not"


def test_a_day_that_fails_its_validation_keeps_its_old_totals(spark: "SparkSession") -> None:
    days = DAYS[:3]
    do(spark, FAST, days)
    spark.sql(f"UPDATE {tables.SALES.name} SET amount = -1 WHERE sale_date = DATE'{days[1]}'").collect()
    work = again("second", validate=True)
    (lane,) = backfill.plan(spark, days, 1, work)
    with pytest.raises(backfill.BackfillIncomplete, match=f"1 of 3 days failed their validation: {days[1]}"):
        backfill.run(spark, lane, work)
    assert published(spark) == of_days(expected(), *days)
    records = backfill.records(spark, days)
    assert [records[day].state for day in days] == ["done", "failed", "done"], "the day after it was done all the same"
    assert "amount_adds_up" in records[days[1]].message
    with pytest.raises(backfill.BackfillIncomplete, match=f"1 of 3 days are not done: {days[1]}"):
        backfill.summary(spark, days, work)


def recorded(spark: "SparkSession") -> list["Row"]:
    refresh(spark, tables.BACKFILL_DAYS)
    return spark.table(tables.BACKFILL_DAYS.name).collect()


def worker(lane: list[dt.date], work: backfill.Work) -> subprocess.Popen:
    """A worker as Airflow would start it, in a process of its own."""
    code = f"""
        import datetime, sys
        sys.path.insert(0, {str(DAGS)!r})
        from lakehouse import backfill
        from lakehouse.session import connect
        with connect() as spark:
            backfill.run(spark, {lane!r}, backfill.{work!r})
        """
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], env=os.environ, stdout=subprocess.DEVNULL)


def test_side_by_side(spark: "SparkSession") -> None:
    """Three workers commit to the same two tables at once."""
    days = between("2025-01-20", "2025-01-28")
    work = again("parallel")
    workers = [worker(lane, work) for lane in backfill.plan(spark, days, 3, work)]
    assert [one.wait(300) for one in workers] == [0, 0, 0]
    assert published(spark) == of_days(expected(), *days)
    assert Counter(row.day for row in recorded(spark)) == Counter(days)


def test_a_run_that_was_killed_goes_on(spark: "SparkSession") -> None:
    days = between("2025-02-01", "2025-02-12")
    (lane,) = backfill.plan(spark, days, 1, again("killed"))
    victim = worker(lane, again("killed"))
    deadline = time.monotonic() + 240
    while len(recorded(spark)) < 2:
        assert victim.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    # What the server was doing for it at that moment may come to an end, or not.
    time.sleep(3)
    done = len(recorded(spark))
    assert 2 <= done < len(days), "it was killed half way"
    assert do(spark, again("resumed"), days) == len(days) - done
    assert published(spark) == of_days(expected(), *days), "no day is missing, none is there twice"
    assert Counter(row.run_id for row in recorded(spark)) == {"killed": done, "resumed": len(days) - done}
