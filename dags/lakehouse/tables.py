"""The Iceberg tables of the samples and of the platform's own records, and the two ways in which they are written.

Every table is declared here: its columns, its partitions, and nothing else about it anywhere.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CATALOG = "lake"
"""The Iceberg catalog of the Connect server; the suites name it too."""


@dataclass(frozen=True)
class Table:
    """`columns` and `partition` are SQL as in CREATE TABLE."""

    name: str
    columns: str
    partition: str = ""

    @property
    def namespace(self) -> str:
        return self.name.rpartition(".")[0]

    def create(self, spark: "SparkSession") -> None:
        """Creates the table if it is not there; one that is there stays as it is, changed columns included.

        Several workers append to some of these tables at once, and each commit may be overtaken by others: the four tries
        that Iceberg makes by default are too few then.
        """
        spark.sql(f"CREATE NAMESPACE IF NOT EXISTS {self.namespace}").collect()
        partition = f"PARTITIONED BY ({self.partition}) " if self.partition else ""
        spark.sql(
            f"CREATE TABLE IF NOT EXISTS {self.name} ({self.columns}) USING iceberg {partition}"
            "TBLPROPERTIES ('commit.retry.num-retries' = '20')"
        ).collect()


_SALES = """
sale_id BIGINT, order_id BIGINT, product_id STRING, quantity INT,
unit_price DECIMAL(8,2), discount DECIMAL(3,2), amount DECIMAL(10,2), sale_date DATE"""

CUSTOMERS = Table(
    f"{CATALOG}.samples.customers",
    "customer_id BIGINT, email STRING, country STRING, segment STRING, signed_up_on DATE, credit_limit DECIMAL(10,2)",
)
ORDERS = Table(
    f"{CATALOG}.samples.orders",
    "order_id BIGINT, customer_id BIGINT, ordered_at TIMESTAMP, status STRING, channel STRING, shipped_on DATE",
    "days(ordered_at)",
)
SALES = Table(f"{CATALOG}.samples.sales", _SALES, "sale_date")
STAGED_SALES = Table(f"{CATALOG}.staging.sales", _SALES, "sale_date")
DAILY_SALES = Table(
    f"{CATALOG}.marts.daily_sales",
    "sale_date DATE, country STRING, channel STRING, orders BIGINT, units BIGINT, revenue DECIMAL(14,2)",
    "sale_date",
)
RESULTS = Table(
    f"{CATALOG}.quality.results",
    "run_id STRING, source STRING, environment STRING, suite STRING, table_name STRING, day DATE, expectation STRING, "
    "type STRING, column_name STRING, severity STRING, state STRING, observed STRING, unexpected_count BIGINT, "
    "description STRING, validated_at TIMESTAMP",
    "days(validated_at)",
)
BACKFILL_DAYS = Table(
    f"{CATALOG}.ops.backfill_days",
    "pipeline STRING, day DATE, state STRING, code_version STRING, input_version STRING, validated BOOLEAN, rows BIGINT, "
    "message STRING, run_id STRING, recorded_at TIMESTAMP",
    "pipeline",
)


def overwrite_day(frame: "DataFrame", table: Table, column: str, day: dt.date) -> None:
    """Replaces one day of a table by the frame, in one commit: readers see the old day or the new one, a rerun is harmless.

    The day is named instead of being read from the rows (`overwritePartitions`), because a day that has no rows any more
    would keep its old ones then.
    """
    from pyspark.sql import functions as f

    frame.writeTo(table.name).overwrite(f.col(column) == f.lit(day))


def frame_of(spark: "SparkSession", table: Table, rows: list[tuple]) -> "DataFrame":
    """Rows in the table's order of columns. Instants are microseconds since 1970: the client would take a datetime for one
    of the time zone that it happens to run in."""
    from pyspark.sql import functions as f

    columns = " ".join(table.columns.split())
    frame = spark.createDataFrame(rows, columns.replace("TIMESTAMP", "BIGINT"))
    for name, kind in (one.split() for one in columns.split(", ")):
        if kind == "TIMESTAMP":
            frame = frame.withColumn(name, f.timestamp_micros(name))
    return frame


def append_rows(spark: "SparkSession", table: Table, rows: list[tuple]) -> None:
    """Appends a few rows as one file."""
    frame_of(spark, table, rows).coalesce(1).writeTo(table.name).append()
