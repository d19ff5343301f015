"""DAG samples: loads the sample data. Run it once; running it again writes only what has been changed since."""

import datetime as dt

from airflow.sdk import Asset, dag, task

SALES = Asset("lake.samples.sales")


@dag(dag_id="samples", schedule=None, start_date=dt.datetime(2025, 1, 1), catchup=False, tags=["samples"], doc_md=__doc__)
def samples() -> None:
    @task(outlets=[SALES], retries=2, retry_delay=dt.timedelta(seconds=30))
    def load() -> dict:
        from lakehouse import samples
        from lakehouse.session import connect

        with connect() as spark:
            return samples.load(spark)

    load()


samples()
