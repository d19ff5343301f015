"""Puts the sample data into lake.samples. A second load finds everything as it should be and writes nothing.

In the directory dags/, with SPARK_REMOTE set:

    python -m lakehouse.samples
"""

import json
from typing import TYPE_CHECKING, Any

from lakehouse import generate
from lakehouse.fingerprint import fingerprint
from lakehouse.tables import CUSTOMERS, ORDERS, SALES, frame_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TABLES = {"customers": CUSTOMERS, "orders": ORDERS, "sales": SALES}


def frames(spark: "SparkSession") -> dict[str, "DataFrame"]:
    """The sample data by name of the suite: customers, orders, sales."""
    orders, sales = generate.orders_and_sales()
    rows = {"customers": generate.customers(), "orders": orders, "sales": sales}
    return {name: frame_of(spark, TABLES[name], rows[name]) for name in TABLES}


def load(spark: "SparkSession") -> dict[str, dict[str, Any]]:
    """Creates and fills the three tables; says for each how many rows it has and whether it had to be written."""
    from pyspark.sql import functions as f

    done: dict[str, dict[str, Any]] = {}
    for name, frame in frames(spark).items():
        table = TABLES[name]
        table.create(spark)
        want = fingerprint(frame)
        written = fingerprint(spark.table(table.name)) != want
        if written:
            frame.writeTo(table.name).overwrite(f.lit(True))
        done[table.name] = {"rows": want.rows, "written": written}
    return done


if __name__ == "__main__":
    from lakehouse.session import connect

    with connect() as session:
        print(json.dumps(load(session)))
