"""DAG data_validation: validates whole tables, each by its suite in expectations/.

With VALIDATION_MODE=scheduled it runs by itself, at VALIDATION_SCHEDULE (UTC); in the other modes only by hand. A new suite
is found without a change here.
"""

import datetime as dt
import os

from airflow.sdk import Param, dag, get_current_context, task
from lakehouse.settings import Settings

settings = Settings.from_env(os.environ)


@dag(
    dag_id="data_validation",
    schedule=settings.schedule,
    start_date=dt.datetime(2025, 1, 1),
    catchup=False,
    # Whoever sets a schedule has said that he wants it; every other DAG waits until somebody turns it on. This is only
    # heeded when the DAG is new, so it must not wait for a schedule: without one, nothing runs by itself anyway.
    is_paused_upon_creation=False,
    max_active_runs=1,
    params={"suites": Param([], type="array", items={"type": "string"}, description="Names of suites; none means all.")},
    tags=["quality"],
    doc_md=__doc__,
)
def data_validation() -> None:
    @task
    def choose() -> list[str]:
        """Faults of a suite's file show here, before any table is read."""
        from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
        from lakehouse import suites

        decision = Settings.from_env(os.environ).decide("schedule")
        if not decision.run:
            raise AirflowSkipException(decision.reason)
        names = get_current_context()["params"]["suites"] or suites.available()
        try:
            return [suites.load(name).name for name in names]
        except suites.SuiteError as error:
            raise AirflowFailException(str(error)) from None

    @task(map_index_template="{{ suite_name }}", retries=2, retry_delay=dt.timedelta(seconds=30))
    def validate(suite_name: str) -> str:
        from airflow.sdk.exceptions import AirflowFailException
        from lakehouse import checks, suites
        from lakehouse.session import connect

        context = get_current_context()
        context["suite_name"] = suite_name
        suite = suites.load(suite_name)
        with connect() as spark:
            try:
                return str(checks.check(spark, checks.batch_of(spark, suite), suite, f"dag {context['run_id']}"))
            except checks.ValidationFailed as failed:
                raise AirflowFailException(str(failed)) from None

    validate.expand(suite_name=choose())


data_validation()
