"""The pipeline daily_sales, for one day at a time: stage what was sold, have it validated, publish the totals.

Each step replaces its day in its table, so every one of them can be run again.
"""

import datetime as dt
from typing import TYPE_CHECKING

from lakehouse import damage as damages
from lakehouse import suites
from lakehouse.tables import CUSTOMERS, DAILY_SALES, ORDERS, SALES, STAGED_SALES, Table, overwrite_day

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SUITE = "sales"
# Without those that would not end up in the day's partition of the staging table, or not fit its columns.
DAMAGES = sorted(set(damages.names(SUITE)) - {"columns", "sale_date_present", "sale_date_of_order"})


class NoSales(ValueError):
    """There is nothing to work on; the text says what to do."""


def newest_day(spark: "SparkSession") -> dt.date:
    """The last day on which something was sold."""
    day = None
    if spark.catalog.tableExists(SALES.name):
        day = spark.sql(f"SELECT max(sale_date) AS day FROM {SALES.name}").first()["day"]
    if day is None:
        raise NoSales(f"{SALES.name} has no rows; to load the sample data, run the DAG samples")
    return day


def stage(spark: "SparkSession", day: dt.date, damage: str | None = None) -> int:
    """Copies the sales of the day into lake.staging.sales, and says how many there are. With `damage` the copy is broken in
    one respect, for whoever wants to see the validation fail."""
    if damage and damage not in DAMAGES:
        raise damages.UnknownDamage(f"there is no damage {damage!r}; there are: {', '.join(DAMAGES)}")
    rows = spark.table(SALES.name).where(f"sale_date = DATE'{day}'")
    STAGED_SALES.create(spark)
    if damage:
        rows = damages.apply(rows, SUITE, damage, suites.load(SUITE).day_parameters["rows_min"])
    overwrite_day(rows, STAGED_SALES, "sale_date", day)
    return spark.table(STAGED_SALES.name).where(f"sale_date = DATE'{day}'").count()


def lines(spark: "SparkSession", sales: Table, first: dt.date, last: dt.date) -> "DataFrame":
    """The sales of some days, both ends included, with all that their totals depend on."""
    return spark.sql(f"""
        SELECT s.*, o.channel, o.status, c.country
        FROM {sales.name} s
        LEFT JOIN {ORDERS.name} o ON s.order_id = o.order_id
        LEFT JOIN {CUSTOMERS.name} c ON o.customer_id = c.customer_id
        WHERE s.sale_date BETWEEN DATE'{first}' AND DATE'{last}'""")


def totals(frame: "DataFrame") -> "DataFrame":
    """Revenue by day, country and channel. A cancelled order is none."""
    from pyspark.sql import functions as f

    return (
        frame.where("status <> 'cancelled'")
        .groupBy("sale_date", "country", "channel")
        .agg(
            f.countDistinct("order_id").alias("orders"),
            f.sum("quantity").cast("bigint").alias("units"),
            f.sum("amount").cast("decimal(14,2)").alias("revenue"),
        )
    )


def publish(spark: "SparkSession", day: dt.date, sales: Table = STAGED_SALES) -> int:
    """Replaces the day in lake.marts.daily_sales, and says how many rows it has now."""
    DAILY_SALES.create(spark)
    overwrite_day(totals(lines(spark, sales, day, day)), DAILY_SALES, "sale_date", day)
    return spark.table(DAILY_SALES.name).where(f"sale_date = DATE'{day}'").count()
