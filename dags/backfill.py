"""DAG backfill: computes lake.marts.daily_sales for every day from `start` to `end`, by up to `parallelism` workers.

Each day is validated as daily_sales would, and replaces its own partition in one commit. Days that were done by the same
code from the same rows are skipped, so a run that stopped half way is simply started again; `force` does all of them.
What was done when is in lake.ops.backfill_days.
"""

import datetime as dt
import os

from airflow.sdk import Param, dag, get_current_context, task
from lakehouse.settings import Settings, parallelism_limit

Settings.from_env(os.environ)
LIMIT = parallelism_limit(os.environ)


@dag(
    dag_id="backfill",
    schedule=None,
    start_date=dt.datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": dt.timedelta(seconds=30)},
    params={
        "start": Param(type="string", format="date", description="The first day."),
        "end": Param(type="string", format="date", description="The last day, included."),
        "parallelism": Param(min(2, LIMIT), type="integer", minimum=1, maximum=LIMIT, description="Workers side by side."),
        "force": Param(False, type="boolean", description="Do days again that are done."),
    },
    tags=["sales"],
    doc_md=__doc__,
)
def backfill() -> None:
    def work() -> tuple:
        """What this run was asked for: the days, and how to do them."""
        from lakehouse import backfill, days

        context = get_current_context()
        params, decision = context["params"], Settings.from_env(os.environ).decide("pipeline")
        asked = days.between(params["start"], params["end"])
        return asked, backfill.Work(context["run_id"], decision.run, params["force"])

    @task
    def plan() -> list[list[str]]:
        from airflow.sdk.exceptions import AirflowFailException
        from lakehouse import backfill, days
        from lakehouse.session import connect

        try:
            asked, how = work()
        except days.RangeError as error:
            raise AirflowFailException(str(error)) from None
        with connect() as spark:
            shared = backfill.plan(spark, asked, get_current_context()["params"]["parallelism"], how)
        return [[day.isoformat() for day in lane] for lane in shared]

    # The workers are as many as the plan has lanes, which `parallelism` bounds; a pod for every day would spend more time
    # starting than working.
    @task(max_active_tis_per_dagrun=LIMIT, map_index_template="{{ label }}")
    def compute(lane: list[str]) -> None:
        from lakehouse import backfill, days
        from lakehouse.session import connect

        context = get_current_context()
        context["label"] = f"{lane[0]} … {lane[-1]}, {len(lane)} days"
        with connect() as spark:
            backfill.run(spark, [days.parse(day) for day in lane], work()[1])

    # Whatever became of the workers, the summary says which days are left.
    @task(trigger_rule="all_done", retries=0)
    def summary() -> dict:
        from lakehouse import backfill
        from lakehouse.session import connect

        asked, how = work()
        with connect() as spark:
            return backfill.summary(spark, asked, how)

    compute.expand(lane=plan()) >> summary()


backfill()
