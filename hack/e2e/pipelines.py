"""Runs DAGs of the samples and waits for their ends, with nothing but Python, inside the pod of Airflow's API server: one that
fills tables, one whose validation fails, as it should, and the maintenance of the tables. What was paused is paused again.

hack/e2e/airflowmetrics.sh puts the line PASSWORD = "…" in front.
"""

import json
import sys
import time
import urllib.parse
import urllib.request

URL = "http://127.0.0.1:8080"
RUNS = [
    ("samples", {}, "success"),
    ("daily_sales", {"damage": "amount_present"}, "failed"),
    # Its schedule makes a run as soon as it is turned on.
    ("iceberg_maintenance", None, "success"),
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
        paused = ask("GET", f"/dags/{dag}")["is_paused"]
        ask("PATCH", f"/dags/{dag}?update_mask=is_paused", {"is_paused": False})
        if paused and conf is None:
            while not (runs := ask("GET", f"/dags/{dag}/dagRuns?order_by=-run_after&limit=1")["dag_runs"]):
                if time.monotonic() > deadline:
                    sys.exit(f"the schedule of {dag} makes no run")
                time.sleep(2)
            name = urllib.parse.quote(runs[0]["dag_run_id"])
        else:
            name = f"e2e-{time.time_ns()}"
            ask("POST", f"/dags/{dag}/dagRuns", {"dag_run_id": name, "logical_date": None, "conf": conf or {}})
        while (state := ask("GET", f"/dags/{dag}/dagRuns/{name}")["state"]) not in ("success", "failed"):
            if time.monotonic() > deadline:
                sys.exit(f"{dag} is still {state}")
            time.sleep(2)
        tasks = ask("GET", f"/dags/{dag}/dagRuns/{name}/taskInstances?limit=100")["task_instances"]
        print(dag, state, {one["task_id"]: (one["state"], one["duration"]) for one in tasks}, flush=True)
        if paused:
            ask("PATCH", f"/dags/{dag}?update_mask=is_paused", {"is_paused": True})
        if state != want:
            sys.exit(f"{dag} is {state}, not {want}")


main()
