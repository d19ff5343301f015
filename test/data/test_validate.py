"""validate.py as the CronJob runs it: exit codes, what it prints, and that it can be stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from conftest import DAGS
from lakehouse import tables
from servers import TOKEN, free_port

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Done = subprocess.CompletedProcess[str]


def validate(*args: str, **env: str) -> Done:
    """In another directory, as in a pod."""
    command = [sys.executable, str(DAGS / "validate.py"), *args]
    done = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, cwd="/", timeout=300)
    assert TOKEN not in done.stdout + done.stderr
    return done


def records(done: Done) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_all_suites(spark: "SparkSession") -> None:
    done = validate()
    assert (done.returncode, done.stderr) == (0, "")
    runs = [one for one in records(done) if one["event"] == "validation"]
    assert [(one["suite"], one["state"], one["source"]) for one in runs] == [
        (name, "passed", "validate.py") for name in ("customers", "orders", "sales")
    ]
    spark.sql(f"UPDATE {tables.ORDERS.name} SET status = 'lost', shipped_on = NULL WHERE order_id = 5").collect()
    done = validate("--source", "cronjob data-validation")
    assert done.returncode == 3
    runs = [one for one in records(done) if one["event"] == "validation"]
    assert [one["state"] for one in runs] == ["passed", "failed", "passed"], "the last one is run all the same"
    assert "status_known (1 rows): there are five states of an order [lost]" in done.stderr
    sources = spark.sql(f"SELECT DISTINCT source FROM {tables.RESULTS.name} ORDER BY 1").collect()
    assert sources == [("cronjob data-validation",), ("validate.py",)]


def test_one_day(spark: "SparkSession") -> None:
    spark.sql(f"UPDATE {tables.SALES.name} SET product_id = 'tea' WHERE sale_date = DATE'2025-01-05'").collect()
    assert validate("--suite", "sales", "--day", "2025-01-04").returncode == 0
    assert validate("--suite", "sales", "--day", "2025-01-05").returncode == 3


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"VALIDATION_MODE": "skip"}, "validation mode is skip"),
        ({"VALIDATION_MODE": "production_only", "ENVIRONMENT": "staging"}, "this is staging"),
    ],
)
def test_a_mode_that_says_no(env: dict[str, str], reason: str) -> None:
    done = validate(**env, SPARK_REMOTE="")
    assert done.returncode == 0
    (said,) = records(done)
    assert said["event"] == "validation_skipped"
    assert reason in said["reason"]


@pytest.mark.parametrize(
    ("args", "env", "says"),
    [
        ([], {"VALIDATION_MODE": "alway"}, "VALIDATION_MODE is 'alway'"),
        ([], {"VALIDATION_MODE": "scheduled"}, "VALIDATION_SCHEDULE is not set"),
        (["--suite", "slaes"], {}, "there is no suite 'slaes'"),
        (["--suite", "sales", "--day", "yesterday"], {}, "--day is 'yesterday'"),
        (["--damage", "amount_present"], {}, "--damage needs the one --suite"),
        (["--nonsense"], {}, "unrecognized arguments"),
    ],
)
def test_wrong_usage(args: list[str], env: dict[str, str], says: str) -> None:
    done = validate(*args, **env, SPARK_REMOTE="")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_day_of_a_suite_that_has_none(spark: "SparkSession") -> None:
    done = validate("--suite", "customers", "--day", "2025-01-05")
    assert done.returncode == 2
    assert "says nothing about single days" in done.stderr


def test_could_not_find_out(spark: "SparkSession") -> None:
    spark.sql(f"DROP TABLE {tables.ORDERS.name} PURGE").collect()
    done = validate("--suite", "orders", "--suite", "sales")
    assert done.returncode == 1
    assert "suite orders could not be evaluated" in done.stderr
    assert "TABLE_OR_VIEW_NOT_FOUND" in done.stderr
    # Its rows were looked at, but what refers to orders could not be: nothing is known, which is no pass.
    assert "suite sales on lake.samples.sales: error, 13 of 15" in done.stderr


def test_no_server() -> None:
    port = free_port()
    code = "import sys, validate; from lakehouse import session; session.connect.__wrapped__.__defaults__ = (None, 1); "
    command = [sys.executable, "-c", code + "sys.exit(validate.main(['--suite', 'sales']))"]
    env = os.environ | {"SPARK_REMOTE": f"sc://127.0.0.1:{port}/;token={TOKEN}"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=DAGS, timeout=60)
    assert done.returncode == 1, done.stderr
    assert done.stderr == f"no Spark Connect server answers at 127.0.0.1:{port} after 1 s\n"


def test_self_test(spark: "SparkSession") -> None:
    done = validate("--self-test", VALIDATION_MODE="", ENVIRONMENT="")
    assert (done.returncode, done.stderr) == (0, "")
    assert [(one["suite"], one["sample_rows"], one["found"] == [one["broken"]], one["holds"]) for one in records(done)] == [
        (name, "passed", True, True) for name in ("customers", "orders", "sales")
    ]


def test_damage_shows_what_a_failure_looks_like(spark: "SparkSession") -> None:
    done = validate("--suite", "customers", "--damage", "country_known")
    assert done.returncode == 3
    assert "country_known (1 rows): a country that we do not sell to is a typing error [XX]" in done.stderr
    assert spark.table("lake.samples.customers").where("country = 'XX'").count() == 0


def test_it_can_be_stopped(spark: "SparkSession") -> None:
    command = [sys.executable, "-u", str(DAGS / "validate.py")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert '"expectation"' in process.stdout.readline(), "the first suite is done, the second under way"
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert time.monotonic() - began < 20
