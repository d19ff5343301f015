"""The examples print the same on Spark 3.5 and 4.1, and leave nothing behind."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLDEN = Path(__file__).parent / "testdata"
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


def example(name: str, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / f"{name}.py"), *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ)


def steady(text: str) -> str:
    """Without the versions, snapshots, times and sizes of the moment, and so of tables as wide as they were."""
    text = re.sub(r"Spark [34]\.\d+\.\d+", "Spark <version>", text)
    text = re.sub(r"\b\d{15,19}\b", "<snapshot>", text)
    text = re.sub(r"'20[3-9]\d-[^']*'|'202[6-9]-[^']*'", "'<now>'", text)
    text = re.sub(r"(?m)^(\|.*?\|)\d{4,5}( +\|0 +\|0 +\|)$", r"\1<bytes>\2", text)
    return "\n".join(re.sub(r" +\|", "|", re.sub(r"-{3,}", "--", line)) for line in text.splitlines()) + "\n"


@pytest.mark.parametrize("name", ["iceberg_schema_evolution", "iceberg_time_travel"])
def test_examples(shared_session: "SparkSession", name: str) -> None:
    done = example(name)
    assert done.returncode == 0, done.stderr[-3000:]
    golden = GOLDEN / f"{name}.txt"
    if UPDATE:
        golden.write_text(steady(done.stdout))
    assert steady(done.stdout) == golden.read_text()
    assert "examples" not in [row[0] for row in shared_session.sql("SHOW NAMESPACES IN lake").collect()]


def test_a_table_that_is_there_is_left_alone(shared_session: "SparkSession") -> None:
    table = "lake.mine.readings"
    shared_session.sql("CREATE NAMESPACE IF NOT EXISTS lake.mine").collect()
    shared_session.sql(f"CREATE TABLE {table} (id INT) USING iceberg").collect()
    shared_session.sql(f"INSERT INTO {table} VALUES (1)").collect()
    try:
        done = example("iceberg_time_travel", "--table", table)
        assert done.returncode == 1
        assert f"{table} is there already" in done.stderr
        assert shared_session.table(table).count() == 1
    finally:
        shared_session.sql(f"DROP TABLE {table} PURGE").collect()
        shared_session.sql("DROP NAMESPACE lake.mine").collect()


def test_keep(shared_session: "SparkSession") -> None:
    table = "lake.kept.readings"
    try:
        assert f"DROP TABLE {table} PURGE" in example("iceberg_schema_evolution", "--keep", "--table", table).stdout
        assert shared_session.table(table).count() == 6
    finally:
        shared_session.sql(f"DROP TABLE IF EXISTS {table} PURGE").collect()
        shared_session.sql("DROP NAMESPACE IF EXISTS lake.kept").collect()


def test_without_a_server_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_REMOTE", "")
    done = example("iceberg_time_travel")
    assert done.returncode == 1
    assert "export SPARK_REMOTE=" in done.stderr
