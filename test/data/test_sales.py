"""The pipeline's numbers, against the same sums worked out in plain Python."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from conftest import refresh
from lakehouse import damage, generate, sales, samples, tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Totals = dict[tuple[dt.date, str, str], tuple[int, int, Decimal]]
DAY = dt.date(2025, 2, 3)


def expected() -> Totals:
    """Orders, units and revenue by day, country and channel."""
    orders, lines = generate.orders_and_sales()
    country = {row[0]: row[2] for row in generate.customers()}
    order = {row[0]: row for row in orders}
    seen: dict[tuple[dt.date, str, str], tuple[set[int], list[int], list[Decimal]]] = defaultdict(lambda: (set(), [], []))
    for _, order_id, _, quantity, _, _, amount, day in lines:
        _, customer, _, status, channel, _ = order[order_id]
        if status != "cancelled":
            ids, units, revenue = seen[day, country[customer], channel]
            ids.add(order_id)
            units.append(quantity)
            revenue.append(amount)
    return {key: (len(ids), sum(units), sum(revenue)) for key, (ids, units, revenue) in seen.items()}


def published(spark: "SparkSession") -> Totals:
    refresh(spark, tables.DAILY_SALES)
    rows = spark.table(tables.DAILY_SALES.name).collect()
    made = {(row.sale_date, row.country, row.channel): (row.orders, row.units, row.revenue) for row in rows}
    assert len(made) == len(rows), "no row is there twice"
    return made


def of_days(totals: Totals, *days: dt.date) -> Totals:
    return {key: value for key, value in totals.items() if key[0] in days}


def test_samples_are_loaded_once(spark: "SparkSession") -> None:
    def snapshots() -> int:
        return spark.table(f"{tables.SALES.name}.snapshots").count()

    before = snapshots()
    assert {one["written"] for one in samples.load(spark).values()} == {False}
    assert snapshots() == before
    spark.sql(f"DELETE FROM {tables.SALES.name} WHERE sale_id = 1").collect()
    assert samples.load(spark)[tables.SALES.name] == {"rows": 3593, "written": True}
    assert spark.table(f"{tables.SALES.name}.partitions").count() == 60, "by day"
    assert spark.table(f"{tables.ORDERS.name}.partitions").count() == 60, "by day"


def test_a_day(spark: "SparkSession") -> None:
    assert sales.newest_day(spark) == generate.LAST_DAY
    staged = sales.stage(spark, DAY)
    assert staged == sum(1 for row in generate.orders_and_sales()[1] if row[7] == DAY)
    assert sales.publish(spark, DAY) == len(of_days(expected(), DAY))
    assert published(spark) == of_days(expected(), DAY)


def test_again_and_again_is_the_same(spark: "SparkSession") -> None:
    other = DAY + dt.timedelta(days=1)
    for day in (DAY, other, DAY, DAY):
        sales.stage(spark, day)
        sales.publish(spark, day)
    assert published(spark) == of_days(expected(), DAY, other)
    assert spark.table(tables.STAGED_SALES.name).count() == sum(
        1 for row in generate.orders_and_sales()[1] if row[7] in (DAY, other)
    )


def test_a_day_whose_rows_have_gone_is_emptied(spark: "SparkSession") -> None:
    """Writing what is there, without naming the day, would leave yesterday's totals for ever."""
    sales.publish(spark, DAY, tables.SALES)
    spark.sql(f"DELETE FROM {tables.SALES.name} WHERE sale_date = DATE'{DAY}'").collect()
    assert sales.stage(spark, DAY) == 0
    assert sales.publish(spark, DAY, tables.SALES) == 0
    assert published(spark) == {}


def test_damage_that_cannot_be_staged_is_refused(spark: "SparkSession") -> None:
    for name in ("columns", "sale_date_of_order", "nonsense"):
        with pytest.raises(damage.UnknownDamage, match="amount_present"):
            sales.stage(spark, DAY, name)


def test_no_sales_at_all(spark: "SparkSession") -> None:
    spark.sql(f"DELETE FROM {tables.SALES.name}").collect()
    with pytest.raises(sales.NoSales, match="run the DAG samples"):
        sales.newest_day(spark)
    spark.sql(f"DROP TABLE {tables.SALES.name} PURGE").collect()
    with pytest.raises(sales.NoSales, match="run the DAG samples"):
        sales.newest_day(spark)
