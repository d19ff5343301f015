"""Fixtures: a Spark Connect server with the sample data, and an Airflow with a database of its own.

hack/data-test.sh provides the programs and names them by the environment:

    SPARK_HOME_UNDER_TEST    a Spark distribution with Iceberg's runtime; the client on PYTHONPATH is of its version
    PROMETHEUS_BINARIES      a directory with prometheus and prometheus-pushgateway
    STATSD_EXPORTER          the program statsd_exporter
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers import spark_connect

if TYPE_CHECKING:
    from lakehouse.tables import Table
    from pyspark.sql import SparkSession

ROOT = Path(__file__).parent.parent.parent
DAGS = ROOT / "dags"
sys.path.insert(0, str(DAGS))
os.environ.update(ENVIRONMENT="dev", VALIDATION_MODE="always", PYTHONDONTWRITEBYTECODE="1", GX_ANALYTICS_ENABLED="False")
# Airflow reads its settings when it is imported, which some tests do on their first line.
_AIRFLOW = tempfile.TemporaryDirectory(prefix="airflow-")
os.environ.update(
    AIRFLOW_HOME=_AIRFLOW.name,
    AIRFLOW__CORE__DAGS_FOLDER=str(DAGS),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
)


def given(name: str) -> Path:
    if not os.environ.get(name):
        pytest.fail(f"{name} is not set; these tests are run by hack/data-test.sh")
    return Path(os.environ[name])


@pytest.fixture(scope="session")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SPARK_REMOTE of a server that all tests share; it is also in the environment, where our code looks for it."""
    with spark_connect(given("SPARK_HOME_UNDER_TEST"), tmp_path_factory.mktemp("spark")) as address:
        os.environ["SPARK_REMOTE"] = address
        yield address
        del os.environ["SPARK_REMOTE"]


@pytest.fixture(scope="session")
def shared_session(remote: str) -> "Iterator[SparkSession]":
    """A session as the DAGs have it."""
    from lakehouse.session import connect

    with connect(remote) as session:
        yield session


@pytest.fixture(scope="module")
def reader(shared_session: "SparkSession") -> "SparkSession":
    """For tests that leave the sample data as it is. It is put right for every file of tests."""
    from lakehouse import samples

    samples.load(shared_session)
    return shared_session


@pytest.fixture
def spark(shared_session: "SparkSession") -> "SparkSession":
    """For tests that change tables: sample data as it was made, and nothing that was made of it."""
    from lakehouse import samples, tables

    for table in (tables.STAGED_SALES, tables.DAILY_SALES, tables.RESULTS, tables.BACKFILL_DAYS):
        shared_session.sql(f"DROP TABLE IF EXISTS {table.name} PURGE").collect()
    samples.load(shared_session)
    return shared_session


def refresh(spark: "SparkSession", *all_tables: "Table") -> None:
    """A session remembers the tables that it has read, and does not see by itself what others commit to them."""
    for table in all_tables:
        spark.sql(f"REFRESH TABLE {table.name}").collect()


@pytest.fixture(scope="session")
def airflow_db() -> None:
    """The tables of Airflow's own database, in SQLite."""
    done = subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
