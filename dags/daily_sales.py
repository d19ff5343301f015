"""DAG daily_sales: stage the sales of one day, validate them, publish their totals in lake.marts.daily_sales.

It runs when lake.samples.sales has new rows, for the newest day in it, or by hand for the day that you name. Data that
does not pass its suite is not published: `validate` fails, `publish` is `upstream_failed`, and the totals of before stay.
Whether `validate` runs at all is VALIDATION_MODE's to say; if not it is `skipped`, and `publish` runs.

To watch a validation fail, trigger it with a `damage`: the staged rows are then broken in one respect.
"""

import datetime as dt
import os

from airflow.sdk import Asset, Param, dag, get_current_context, task
from lakehouse.settings import Settings

# A wrong mode is an import error of this DAG, rather than a surprise in its runs.
Settings.from_env(os.environ)


@dag(
    dag_id="daily_sales",
    schedule=[Asset("lake.samples.sales")],
    start_date=dt.datetime(2025, 1, 1),
    catchup=False,
    # Two runs of one day would validate each other's rows.
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": dt.timedelta(seconds=30)},
    params={
        "day": Param(None, type=["null", "string"], format="date", description="A day; empty is the newest that there is."),
        "damage": Param(None, type=["null", "string"], description="Break the staged rows, as in amount_present."),
    },
    tags=["sales"],
    doc_md=__doc__,
)
def daily_sales() -> None:
    @task
    def stage() -> str:
        from lakehouse import checks, days, sales
        from lakehouse.session import connect

        params = get_current_context()["params"]
        with connect() as spark:
            day = days.parse(params["day"]) if params["day"] else sales.newest_day(spark)
            rows = sales.stage(spark, day, params["damage"])
        checks.log(event="staged", day=day, rows=rows, damage=params["damage"])
        return day.isoformat()

    @task
    def validate(day: str) -> str:
        from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
        from lakehouse import checks, days, sales, suites
        from lakehouse.session import connect
        from lakehouse.tables import STAGED_SALES

        decision = Settings.from_env(os.environ).decide("pipeline")
        if not decision.run:
            raise AirflowSkipException(decision.reason)
        date, suite, source = days.parse(day), suites.load(sales.SUITE), f"dag {get_current_context()['run_id']}"
        with connect() as spark:
            frame = checks.batch_of(spark, suite, STAGED_SALES.name, date)
            try:
                return str(checks.check(spark, frame, suite, source, table=STAGED_SALES.name, day=date))
            except checks.ValidationFailed as failed:
                # Not a plain error: the rows will be no better in half a minute, so it is not tried again.
                raise AirflowFailException(str(failed)) from None

    # None failed: `validate` may have been skipped.
    @task(trigger_rule="none_failed", outlets=[Asset("lake.marts.daily_sales")])
    def publish(day: str) -> int:
        from lakehouse import checks, days, sales
        from lakehouse.session import connect

        with connect() as spark:
            rows = sales.publish(spark, days.parse(day))
        checks.log(event="published", day=day, rows=rows)
        return rows

    day = stage()
    validate(day) >> publish(day)


daily_sales()
