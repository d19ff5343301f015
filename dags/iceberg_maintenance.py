"""DAG iceberg_maintenance: once a week, joins small files and forgets old snapshots of the tables that these DAGs write.

Time travel reaches back `older_than_days`; a tag keeps a snapshot for longer (docs/iceberg.md). What was done to each table
goes where Airflow's own metrics go, as gauges `iceberg_maintenance.*`; without metrics it is in the task's log alone.
"""

import datetime as dt

from airflow.sdk import Param, dag, get_current_context, task


@dag(
    dag_id="iceberg_maintenance",
    schedule="@weekly",
    start_date=dt.datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": dt.timedelta(minutes=1)},
    params={
        "older_than_days": Param(7, type="integer", minimum=0, description="Age at which a snapshot may be forgotten."),
        "retain_last": Param(10, type="integer", minimum=1, description="Newest snapshots that stay whatever their age."),
    },
    tags=["iceberg"],
    doc_md=__doc__,
)
def iceberg_maintenance() -> None:
    @task
    def maintain() -> dict[str, dict[str, float]]:
        """One task for all tables, one after the other: this must never be what keeps the executors busy."""
        from airflow.sdk.observability import stats
        from lakehouse import checks, maintenance
        from lakehouse.session import connect

        params = get_current_context()["params"]
        done = {}
        with connect() as spark:
            for table in maintenance.present(spark):
                done[table] = maintenance.maintain(spark, table, params["older_than_days"], params["retain_last"])
                checks.log(event="maintained", table=table, **done[table])
                for name, value in done[table].items():
                    stats.gauge(f"iceberg_maintenance.{name}", value, tags={"table": table})
        return done

    maintain()


iceberg_maintenance()
