"""Proves that Airflow answers, as its administrator: strangers are refused, DAGs run as pods that use Spark, data that does
not pass its suite is not published, and the log of a task outlives its pod.
"""

import argparse
import contextlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

from proofkit import Failure, check, run, wait_for_port

DAGS = ["backfill", "daily_sales", "data_validation", "iceberg_maintenance", "samples"]
# Runs of a proof are known by their names; what a killed one has left behind is found by it.
PREFIX = "sparkwiz-proof-"
ENDED = ("success", "failed")


class Airflow:
    def __init__(self, url, user, password, logs_are_kept):
        self.url, self.user, self.password, self.logs_are_kept = url, user, password, logs_are_kept
        self.token = None
        self.runs, self.paused = [], []

    def login(self):
        host, port = self.url.removeprefix("http://").rsplit(":", 1)
        wait_for_port(host, int(port), seconds=60)
        status, _ = self.call("GET", "/api/v2/dags")
        check(status == 401, f"the API answers {status} to somebody who has not logged in, not 401")
        status, _ = self.post_login(self.password + "x")
        check(status == 401, f"a login with a wrong password answers {status}, not 401")
        status, answer = self.post_login(self.password)
        check(status == 201, f"the login of {self.user} answers {status}: {answer}")
        self.token = answer["access_token"]
        return {"says": f"{self.user} may come in; without a password, or with a wrong one, nobody does"}

    def post_login(self, password):
        return self.call("POST", "/auth/token", {"username": self.user, "password": password})

    def dags(self):
        """A fresh platform has read all files after a minute or so."""
        deadline = time.monotonic() + 180
        while True:
            found = {dag["dag_id"] for dag in self.ask("GET", "/dags?limit=100")["dags"]}
            errors = self.ask("GET", "/importErrors?limit=100")["import_errors"]
            ours = [e for e in errors if os.path.basename(e["filename"]).removesuffix(".py") in DAGS]
            check(not ours, "\n".join(f"{e['filename']} cannot be imported: {last_line(e['stack_trace'])}" for e in ours))
            missing = [dag for dag in DAGS if dag not in found]
            if not missing:
                break
            check(time.monotonic() < deadline, f"the DAG processor has not found {', '.join(missing)} in 3 minutes")
            time.sleep(2)
        self.drop_leftovers()
        return {"says": f"{len(found)} DAGs are known, none of ours has an import error"}

    def samples(self):
        return self.succeed("samples", {})

    def pipeline(self):
        return self.succeed("daily_sales", {})

    def refuse(self):
        """One amount is missing. The suite must see it, and what it would have spoilt must not be touched."""
        name = self.trigger("daily_sales", {"damage": "amount_present"})
        state, tasks = self.wait("daily_sales", name)
        states = {task["task_id"]: task["state"] for task in tasks}
        want = {"stage": "success", "validate": "failed", "publish": "upstream_failed"}
        check(states == want, f"the tasks are {states}, not {want}")
        check(state == "failed", f"the run is {state}, although its validation failed")
        if self.logs_are_kept:
            text = self.kept_log("daily_sales", name, "validate", 1)
            check("amount_present" in text, "the log of the failed validation does not name the expectation that failed")
        return {"says": "data without an amount failed its validation and was not published", **table(tasks)}

    def logs(self):
        """Airflow says where it has read a log: that of a task that is over comes from the bucket."""
        name, task, attempt = next((r[1], t["task_id"], t["try_number"]) for r in self.runs for t in r[2] if r[0] == "samples")
        text = self.kept_log("samples", name, task, attempt)
        return {"says": f"the log of {task} was read from the bucket, {len(text.splitlines())} lines"}

    def succeed(self, dag, conf):
        name = self.trigger(dag, conf)
        state, tasks = self.wait(dag, name)
        broken = [t for t in tasks if t["state"] not in ("success", "skipped")]
        if broken:
            text = self.log(dag, name, broken[0]["task_id"], broken[0]["try_number"])
            raise Failure(f"{dag} is {state}, task {broken[0]['task_id']} {broken[0]['state']}:\n{text[-1500:]}")
        check(state == "success", f"{dag} is {state}")
        return {"says": f"DAG {dag} succeeded", **table(tasks)}

    def trigger(self, dag, conf):
        if self.ask("GET", f"/dags/{dag}")["is_paused"]:
            self.pause(dag, False)
            self.paused.append(dag)
        name = PREFIX + secrets.token_hex(4)
        self.ask("POST", f"/dags/{dag}/dagRuns", {"dag_run_id": name, "logical_date": None, "conf": conf})
        self.runs.append((dag, name, []))
        return name

    def wait(self, dag, name):
        """Until the run has ended; whoever gives the limit ends the proof's pod."""
        while True:
            state = self.ask("GET", f"/dags/{dag}/dagRuns/{name}")["state"]
            if state in ENDED:
                break
            time.sleep(2)
        tasks = self.ask("GET", f"/dags/{dag}/dagRuns/{name}/taskInstances?limit=100")["task_instances"]
        tasks.sort(key=lambda task: task["start_date"] or "~")
        next(r for r in self.runs if r[1] == name)[2].extend(tasks)
        return state, tasks

    def log(self, dag, name, task, attempt):
        answer = self.ask("GET", f"/dags/{dag}/dagRuns/{name}/taskInstances/{task}/logs/{max(attempt, 1)}?full_content=true")
        return "\n".join(json.dumps(line) if isinstance(line, dict) else str(line) for line in answer["content"])

    def kept_log(self, dag, name, task, attempt):
        """The log as the bucket has it; a task is over some seconds before its pod has written it there."""
        deadline = time.monotonic() + 60
        while True:
            text = self.log(dag, name, task, attempt)
            if "s3://" in text:
                return text
            check(time.monotonic() < deadline, f"the log of {task} is not in the bucket a minute after it ended:\n{text[-500:]}")
            time.sleep(2)

    def pause(self, dag, paused):
        self.ask("PATCH", f"/dags/{dag}?update_mask=is_paused", {"is_paused": paused})

    def drop_leftovers(self):
        for dag in ("samples", "daily_sales"):
            for old in self.ask("GET", f"/dags/{dag}/dagRuns?limit=100&order_by=-run_after")["dag_runs"]:
                if old["dag_run_id"].startswith(PREFIX) and old["state"] in ENDED:
                    self.ask("DELETE", f"/dags/{dag}/dagRuns/{old['dag_run_id']}")

    def ask(self, method, path, body=None):
        status, answer = self.call(method, "/api/v2" + path, body)
        check(status < 300, f"{method} {path} answers {status}: {answer}")
        return answer

    def call(self, method, path, body=None):
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")[:500]

    def close(self):
        """The tables stay, they are the samples; the runs would only puzzle people."""
        for dag in self.paused:
            with contextlib.suppress(Exception):
                self.pause(dag, True)
        for dag, name, _ in self.runs:
            with contextlib.suppress(Exception):
                self.ask("DELETE", f"/dags/{dag}/dagRuns/{name}")


def table(tasks):
    rows = [[t["task_id"], t["state"], t["hostname"] or "–", round(t["duration"] or 0, 1)] for t in tasks]
    return {"columns": ["task", "state", "pod", "seconds"], "rows": rows}


def last_line(text):
    return ([line.strip() for line in text.splitlines() if line.strip()] or [""])[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="http://host:port of the API server")
    parser.add_argument("--user", default="admin", help="whose password is in AIRFLOW_PASSWORD")
    parser.add_argument("steps", nargs="+", help="login dags samples pipeline refuse logs")
    args = parser.parse_args()
    airflow = Airflow(args.url, args.user, os.environ["AIRFLOW_PASSWORD"].strip(), "logs" in args.steps)
    steps = {
        "login": airflow.login,
        "dags": airflow.dags,
        "samples": airflow.samples,
        "pipeline": airflow.pipeline,
        "refuse": airflow.refuse,
        "logs": airflow.logs,
    }
    return run(args.steps, steps, airflow.close)


if __name__ == "__main__":
    sys.exit(main())
