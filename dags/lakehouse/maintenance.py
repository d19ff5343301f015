"""Keeps Iceberg tables small and quick: joins small files, forgets old snapshots, deletes files that no snapshot knows. Tags
and branches keep what they name."""

import datetime as dt
import time
from typing import TYPE_CHECKING

from lakehouse.tables import BACKFILL_DAYS, CATALOG, CUSTOMERS, DAILY_SALES, ORDERS, RESULTS, SALES, STAGED_SALES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = (CUSTOMERS, ORDERS, SALES, STAGED_SALES, DAILY_SALES, RESULTS, BACKFILL_DAYS)

ORPHANS_AFTER_DAYS = 3
"""A file that no snapshot knows may belong to a write that has not been committed yet."""


def present(spark: "SparkSession") -> list[str]:
    """Those of our tables that are there: what never ran has made none."""
    return [table.name for table in TABLES if spark.catalog.tableExists(table.name)]


def maintain(spark: "SparkSession", table: str, older_than_days: int, retain_last: int) -> dict[str, float]:
    """Snapshots younger than so many days stay, and so do the newest few whatever their age. Time travel to what has been
    forgotten is over, and files that only they used are deleted.

    Gives what there was, what was done and what there is now, by the names that Prometheus has for it."""
    name = table.removeprefix(CATALOG + ".")
    began = time.monotonic()
    before = size(spark, table)
    now = dt.datetime.now(dt.UTC)
    rewritten = spark.sql(f"CALL {CATALOG}.system.rewrite_data_files(table => '{name}')").first()
    expired = spark.sql(
        f"CALL {CATALOG}.system.expire_snapshots(table => '{name}', "
        f"older_than => {_timestamp(now - dt.timedelta(days=older_than_days))}, retain_last => {retain_last})"
    ).first()
    orphans = spark.sql(
        f"CALL {CATALOG}.system.remove_orphan_files(table => '{name}', "
        f"older_than => {_timestamp(now - dt.timedelta(days=ORPHANS_AFTER_DAYS))})"
    ).count()
    after = size(spark, table)
    # Joining files makes a snapshot of its own, if there was anything to join. Others may have written meanwhile.
    made = 1 if rewritten["added_data_files_count"] else 0
    gone = max(0, before["snapshots"] + made - after["snapshots"])
    return {
        **{f"{what}_before": value for what, value in before.items()},
        **{f"{what}_after": value for what, value in after.items()},
        "files_rewritten": rewritten["rewritten_data_files_count"],
        "files_written": rewritten["added_data_files_count"],
        "bytes_rewritten": rewritten["rewritten_bytes_count"],
        "files_deleted": expired["deleted_data_files_count"],
        "manifests_deleted": expired["deleted_manifest_files_count"],
        "snapshots_expired": gone,
        "orphan_files_removed": orphans,
        "duration_seconds": round(time.monotonic() - began, 3),
        "last_success_timestamp_seconds": int(time.time()),
    }


def size(spark: "SparkSession", table: str) -> dict[str, int]:
    """What the table consists of now, also for a session that has read it before others changed it."""
    spark.sql(f"REFRESH TABLE {table}").collect()
    files = spark.sql(f"SELECT count(*) AS n, coalesce(sum(file_size_in_bytes), 0) AS bytes FROM {table}.data_files").first()
    return {"data_files": files["n"], "data_bytes": files["bytes"], "snapshots": spark.table(f"{table}.snapshots").count()}


def _timestamp(at: dt.datetime) -> str:
    return f"TIMESTAMP'{at:%Y-%m-%d %H:%M:%S} UTC'"
