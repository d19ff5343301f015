"""Runs DAGs of the samples and waits for their ends, with nothing but Python, inside the pod of Airflow's API server: one that
fills tables, one whose validation fails, as it should, and the maintenance of the tables.

hack/e2e/airflowmetrics.sh puts the line PASSWORD = "…" in front.
"""

import json
import sys
import time
import urllib.request

URL = "http://127.0.0.1:8080"
RUNS = [
    ("samples", {}, "success"),
    ("daily_sales", {"damage": "amount_present"}, "failed"),
    ("iceberg_maintenance", {"older_than_days": 0, "retain_last": 1}, "success"),
]
LONGEST_SECONDS = 400


def call(method, path, body=None, token=""):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(URL + path, json.dumps(body).encode() if body else None, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


def main():
    token = call("POST", "/auth/token", {"username": "admin", "password": PASSWORD})["access_token"]  # noqa: F821

    def ask(method, path, body=None):
        return call(method, "/api/v2" + path, body, token)

    deadline = time.monotonic() + LONGEST_SECONDS
    while missing := {dag for dag, _, _ in RUNS} - {one["dag_id"] for one in ask("GET", "/dags?limit=100")["dags"]}:
        if time.monotonic() > deadline:
            sys.exit(f"Airflow has not found {missing}")
        time.sleep(2)
    for dag, conf, want in RUNS:
        ask("PATCH", f"/dags/{dag}?update_mask=is_paused", {"is_paused": False})
        name = f"e2e-{time.time_ns()}"
        ask("POST", f"/dags/{dag}/dagRuns", {"dag_run_id": name, "logical_date": None, "conf": conf})
        while (state := ask("GET", f"/dags/{dag}/dagRuns/{name}")["state"]) not in ("success", "failed"):
            if time.monotonic() > deadline:
                sys.exit(f"{dag} is still {state}")
            time.sleep(2)
        tasks = ask("GET", f"/dags/{dag}/dagRuns/{name}/taskInstances?limit=100")["task_instances"]
        print(dag, state, {one["task_id"]: (one["state"], one["duration"]) for one in tasks}, flush=True)
        if state != want:
            sys.exit(f"{dag} is {state}, not {want}")


main()
