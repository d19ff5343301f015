"""Looks for a run of a pipeline among the spans that a collector has written to a file.

usage: pipeline.py TRACES.json DAG RUN

Airflow's processes tell of one run together: the scheduler of the run and of its tasks, each task's pod of its own work. All are
one trace, each below the right one, and all went well. Exit status 1: they are not there, or not so.
"""

import json
import sys


def attributes(of):
    """Attributes as a plain dict."""
    return {a["key"]: next(iter(a["value"].values())) for a in of.get("attributes", [])}


def spans(path, dag, run):
    """Spans of the run, by ID."""
    found = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            for resource in json.loads(line)["resourceSpans"]:
                if attributes(resource["resource"]).get("service.name") != "airflow":
                    continue
                for span in (s for scope in resource["scopeSpans"] for s in scope["spans"]):
                    about = attributes(span)
                    if (about.get("airflow.dag_id"), about.get("airflow.dag_run.run_id")) == (dag, run):
                        found[span["spanId"]] = span
    return found


def main(path, dag, run):
    """Compares the tree of spans with what a run that went well is."""
    found = spans(path, dag, run)
    tree = sorted((s["name"], found.get(s.get("parentSpanId"), {}).get("name", "")) for s in found.values())
    print(tree)
    tasks = [name.removeprefix("task_run.") for name, _ in tree if name.startswith("task_run.")]
    want = [(f"dag_run.{dag}", "")]
    want += [(f"task_run.{task}", f"dag_run.{dag}") for task in tasks] + [(f"worker.{task}", f"task_run.{task}") for task in tasks]
    failed = [s["name"] for s in found.values() if s.get("status", {}).get("code") == 2]
    return 0 if tasks and tree == sorted(want) and len({s["traceId"] for s in found.values()}) == 1 and not failed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
