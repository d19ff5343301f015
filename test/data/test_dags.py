"""The DAGs as Airflow runs them, against a real Spark: what becomes of each task, in each mode of validation."""

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from conftest import DAGS, refresh
from lakehouse import samples, tables
from lakehouse.days import between
from test_sales import expected, of_days, published

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.usefixtures("airflow_db")
DAY = dt.date(2025, 2, 20)

States = dict[str, Any]


def run(dag_id: str, **conf: object) -> tuple[str, States]:
    """Runs a DAG, whose file is read now as a worker would; gives the states of the run and of its tasks."""
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(str(DAGS), bundle_path=DAGS, bundle_name="dags-folder")
    assert bag.import_errors == {}
    done = bag.dags[dag_id].test(run_conf=conf)
    states: States = {}
    for one in done.get_task_instances():
        states.setdefault(one.task_id, []).append(str(one.state))
    return str(done.state), {task: sorted(of)[0] if len(of) == 1 else sorted(of) for task, of in states.items()}


def logged(text: str, event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines() if line.startswith('{"event"')]
    return [line for line in lines if line["event"] == event]


def test_samples(spark: "SparkSession") -> None:
    spark.sql(f"DELETE FROM {tables.SALES.name} WHERE quantity > 3").collect()
    assert run("samples") == ("success", {"load": "success"})
    refresh(spark, tables.SALES)
    assert {one["written"] for one in samples.load(spark).values()} == {False}


def test_daily_sales_of_the_newest_day(spark: "SparkSession") -> None:
    state, tasks = run("daily_sales")
    assert (state, tasks) == ("success", {"stage": "success", "validate": "success", "publish": "success"})
    assert published(spark) == of_days(expected(), dt.date(2025, 3, 1))
    assert spark.sql(f"SELECT DISTINCT table_name, day FROM {tables.RESULTS.name}").collect() == [
        ("lake.staging.sales", dt.date(2025, 3, 1))
    ]


def test_what_fails_its_validation_is_not_published(spark: "SparkSession", capfd: pytest.CaptureFixture[str]) -> None:
    assert run("daily_sales", day=str(DAY))[0] == "success"
    state, tasks = run("daily_sales", day=str(DAY), damage="amount_adds_up")
    assert (state, tasks) == ("failed", {"stage": "success", "validate": "failed", "publish": "upstream_failed"})
    assert published(spark) == of_days(expected(), DAY), "the totals of before stay"
    text = capfd.readouterr()
    assert "amount_adds_up (1 rows): the amount is quantity times price less the discount" in text.out + text.err
    refresh(spark, tables.RESULTS)
    assert spark.sql(f"SELECT expectation FROM {tables.RESULTS.name} WHERE state <> 'passed'").collect() == [
        ("amount_adds_up",)
    ]


def test_a_warning_stops_nothing(spark: "SparkSession") -> None:
    state, tasks = run("daily_sales", day=str(DAY), damage="products_usual")
    assert (state, tasks["validate"], tasks["publish"]) == ("success", "success", "success")
    assert spark.sql(f"SELECT expectation FROM {tables.RESULTS.name} WHERE state <> 'passed'").collect() == [
        ("products_usual",)
    ]


@pytest.mark.parametrize(
    ("env", "validate"),
    [
        ({"VALIDATION_MODE": "skip"}, "skipped"),
        ({"VALIDATION_MODE": "production_only", "ENVIRONMENT": "staging"}, "skipped"),
        ({"VALIDATION_MODE": "production_only", "ENVIRONMENT": "prod"}, "failed"),
        ({"VALIDATION_MODE": "scheduled", "VALIDATION_SCHEDULE": "0 6 * * *"}, "skipped"),
    ],
)
def test_modes(spark: "SparkSession", monkeypatch: pytest.MonkeyPatch, env: dict[str, str], validate: str) -> None:
    """With rows that would fail, so that it shows whether they are looked at."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    state, tasks = run("daily_sales", day=str(DAY), damage="sale_id_unique")
    assert tasks["validate"] == validate
    if validate == "skipped":
        assert (state, tasks["publish"]) == ("success", "success")
        assert of_days(published(spark), DAY)
        assert not spark.catalog.tableExists(tables.RESULTS.name)
    else:
        assert (state, tasks["publish"]) == ("failed", "upstream_failed")
        assert not spark.catalog.tableExists(tables.DAILY_SALES.name)


def test_data_validation(spark: "SparkSession", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALIDATION_MODE", "scheduled")
    monkeypatch.setenv("VALIDATION_SCHEDULE", "0 6 * * *")
    assert run("data_validation") == ("success", {"choose": "success", "validate": ["success"] * 3})
    spark.sql(f"UPDATE {tables.ORDERS.name} SET channel = 'pigeon' WHERE order_id = 7").collect()
    assert run("data_validation") == ("failed", {"choose": "success", "validate": ["failed", "success", "success"]})
    refresh(spark, tables.RESULTS)
    rows = spark.sql(f"SELECT suite, expectation FROM {tables.RESULTS.name} WHERE state <> 'passed'").collect()
    assert rows == [("orders", "channel_known")]
    assert run("data_validation", suites=["customers"]) == ("success", {"choose": "success", "validate": "success"})
    assert run("data_validation", suites=["nonsense"])[1]["choose"] == "failed"


def test_data_validation_in_the_mode_skip(spark: "SparkSession", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALIDATION_MODE", "skip")
    assert run("data_validation") == ("success", {"choose": "skipped", "validate": "skipped"})
    assert not spark.catalog.tableExists(tables.RESULTS.name)


def test_backfill(spark: "SparkSession", capfd: pytest.CaptureFixture[str]) -> None:
    asked = {"start": "2025-01-30", "end": "2025-02-02", "parallelism": 3}
    days = between(asked["start"], asked["end"])
    assert run("backfill", **asked) == ("success", {"plan": "success", "compute": ["success"] * 3, "summary": "success"})
    assert published(spark) == of_days(expected(), *days)
    first = logged(capfd.readouterr().out, "backfill_finished")
    assert [(one["done"], one["in_this_run"], one["skipped"]) for one in first] == [(4, 4, 0)]

    # Started again it finds one day to do: the one whose rows do not pass any more.
    spark.sql(f"UPDATE {tables.SALES.name} SET discount = 2 WHERE sale_date = DATE'{days[1]}'").collect()
    assert run("backfill", **asked) == ("failed", {"plan": "success", "compute": "failed", "summary": "failed"})
    planned = logged(capfd.readouterr().out, "backfill_planned")
    assert [(one["done"], one["left"], one["workers"]) for one in planned] == [(3, 1, 1)]
    assert published(spark) == of_days(expected(), *days), "the totals of before stay"

    # Put right, it is done, and then there is nothing left to do.
    spark.sql(f"UPDATE {tables.SALES.name} SET discount = 0, amount = quantity * unit_price WHERE discount = 2").collect()
    assert run("backfill", **asked) == ("success", {"plan": "success", "compute": "success", "summary": "success"})
    assert run("backfill", **asked) == ("success", {"plan": "success", "compute": "skipped", "summary": "success"})
    assert sum((revenue for _, _, revenue in published(spark).values()), Decimal()) > 0


def test_a_backfill_of_days_that_cannot_be_meant(spark: "SparkSession") -> None:
    state, tasks = run("backfill", start="2025-02-02", end="2025-02-01")
    assert (state, tasks["plan"], tasks["compute"]) == ("failed", "failed", "upstream_failed")


def test_maintenance(spark: "SparkSession") -> None:
    for _ in range(3):
        spark.sql(f"UPDATE {tables.CUSTOMERS.name} SET credit_limit = credit_limit + 1").collect()
    before = spark.table(f"{tables.CUSTOMERS.name}.snapshots").count()
    rows = spark.table(tables.CUSTOMERS.name).collect()
    assert run("iceberg_maintenance", older_than_days=0, retain_last=2) == ("success", {"maintain": "success"})
    refresh(spark, tables.CUSTOMERS)
    assert before > 2 == spark.table(f"{tables.CUSTOMERS.name}.snapshots").count()
    assert sorted(spark.table(tables.CUSTOMERS.name).collect()) == sorted(rows)
