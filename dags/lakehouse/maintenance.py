"""Keeps Iceberg tables small and quick: joins small files, forgets old snapshots. Tags and branches keep what they name."""

import datetime as dt
from typing import TYPE_CHECKING

from lakehouse.tables import BACKFILL_DAYS, CATALOG, CUSTOMERS, DAILY_SALES, ORDERS, RESULTS, SALES, STAGED_SALES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = (CUSTOMERS, ORDERS, SALES, STAGED_SALES, DAILY_SALES, RESULTS, BACKFILL_DAYS)


def present(spark: "SparkSession") -> list[str]:
    """Those of our tables that are there: what never ran has made none."""
    return [table.name for table in TABLES if spark.catalog.tableExists(table.name)]


def maintain(spark: "SparkSession", table: str, older_than_days: int, retain_last: int) -> dict[str, int]:
    """Snapshots younger than so many days stay, and so do the newest few whatever their age. Time travel to what has been
    forgotten is over, and files that only they used are deleted."""
    name = table.removeprefix(CATALOG + ".")
    limit = dt.datetime.now(dt.UTC) - dt.timedelta(days=older_than_days)
    rewritten = spark.sql(f"CALL {CATALOG}.system.rewrite_data_files(table => '{name}')").first()
    expired = spark.sql(
        f"CALL {CATALOG}.system.expire_snapshots(table => '{name}', "
        f"older_than => TIMESTAMP'{limit:%Y-%m-%d %H:%M:%S}', retain_last => {retain_last})"
    ).first()
    return {
        "files_rewritten": rewritten["rewritten_data_files_count"],
        "files_written": rewritten["added_data_files_count"],
        "files_deleted": expired["deleted_data_files_count"],
        "manifests_deleted": expired["deleted_manifest_files_count"],
    }
