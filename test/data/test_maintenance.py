"""What maintenance did to a table is a metric of it: by Airflow's own client of StatsD and the mapping of the chart."""

import os
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import pytest
from conftest import ROOT, given, refresh
from lakehouse import maintenance, tables
from servers import statsd_exporter
from test_dags import run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.usefixtures("airflow_db")
MAPPING = ROOT / "charts" / "airflow" / "metrics" / "mapping.yaml"
DAY = 86_400


@pytest.fixture
def exporter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an exporter that Airflow sends to, with the settings that the chart gives it."""
    from airflow.sdk.observability import stats
    from airflow.sdk.observability.metrics.stats_utils import get_stats_factory

    with statsd_exporter(given("STATSD_EXPORTER"), MAPPING, tmp_path) as (port, url):
        for name, value in {
            "STATSD_ON": "True",
            "STATSD_HOST": "127.0.0.1",
            "STATSD_PORT": str(port),
            "STATSD_INFLUXDB_ENABLED": "True",
        }.items():
            monkeypatch.setenv(f"AIRFLOW__METRICS__{name}", value)
        stats.initialize(factory=get_stats_factory(), export_legacy_names=False)
        yield url
        monkeypatch.undo()
        stats.initialize(factory=get_stats_factory(), export_legacy_names=False)


def scraped(url: str) -> dict[str, dict[str, float]]:
    """Values by metric and table, of those that have a table."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    found: dict[str, dict[str, float]] = {}
    for line in lines:
        if one := re.fullmatch(r'(iceberg_maintenance_\w+)\{table="([\w.]+)"\} (\S+)', line):
            found.setdefault(one[1].removeprefix("iceberg_maintenance_"), {})[one[2]] = float(one[3])
    return found


def test_what_was_done_is_said(spark: "SparkSession", exporter: str) -> None:
    customers = tables.CUSTOMERS.name
    for _ in range(3):
        spark.sql(f"INSERT INTO {customers} SELECT * FROM {customers} LIMIT 1").collect()
    before = maintenance.size(spark, customers)
    # A write that died has left a file that no snapshot knows, and one that may still be going on has, too.
    where = Path(urlparse(spark.sql(f"SELECT file_path FROM {customers}.data_files").first()[0]).path).parent
    orphan, young = where / "orphan.parquet", where / "young.parquet"
    for file, days in ((orphan, maintenance.ORPHANS_AFTER_DAYS + 1), (young, maintenance.ORPHANS_AFTER_DAYS - 1)):
        file.write_bytes(b"")
        os.utime(file, (time.time() - days * DAY,) * 2)
    began = time.time()

    assert run("iceberg_maintenance", older_than_days=0, retain_last=1) == ("success", {"maintain": "success"})
    time.sleep(1)  # The exporter takes in what has come every 200 ms.
    found = scraped(exporter)
    refresh(spark, tables.CUSTOMERS)
    assert set(found["last_success_timestamp_seconds"]) == set(maintenance.present(spark)), "every table is there"
    said = {name: values[customers] for name, values in found.items()}
    after = maintenance.size(spark, customers)
    assert {name: said[f"{name}_before"] for name in before} == before
    assert {name: said[f"{name}_after"] for name in after} == after
    assert (said["snapshots_after"], said["data_files_after"]) == (1, said["files_written"])
    assert said["snapshots_expired"] == before["snapshots"], "all but the one that joining has made"
    assert said["files_rewritten"] == before["data_files"] > said["files_written"]
    assert said["bytes_rewritten"] == before["data_bytes"]
    assert (said["orphan_files_removed"], orphan.exists(), young.exists()) == (1, False, True)
    assert 0 < said["duration_seconds"] <= time.time() - began
    assert began - 1 <= said["last_success_timestamp_seconds"] <= time.time()
    young.unlink()
