"""Compares the spans that a collector has written to a file with what its driver, or a History Server, says about an application.

usage: spans.py TRACES.json SERVER APPLICATION [--explain]

Every job, and every attempt at a stage that has ended, is one span below the right one, and no other span is there; a span
that came twice came as the same span. Exit status 1: they differ.
"""

import json
import sys
import urllib.request


def spans(path, application):
    """Spans of the application, by ID."""
    found = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            for resource in json.loads(line)["resourceSpans"]:
                about = attributes(resource["resource"])
                if about.get("spark.app.id") != application:
                    continue
                for scope in resource["scopeSpans"]:
                    for span in scope["spans"]:
                        before = found.setdefault(span["spanId"], span)
                        if before != span:
                            raise SystemExit(f"{span['name']} came twice and differs")
    return found


def attributes(of):
    """Attributes as a plain dict; whole numbers are text in OTLP's JSON."""
    return {a["key"]: next(iter(a["value"].values())) for a in of.get("attributes", [])}


def tree(found):
    """Job or stage attempt to what it is part of: a query, a job, or nothing."""
    out, names = {}, {}
    for key, span in found.items():
        about = attributes(span)
        kind = span["name"].split(" ")[0]
        names[key] = {
            "application": "application",
            "query": f"query {about.get('spark.sql.execution.id')}",
            "job": f"job {about.get('spark.job.id')}",
            "stage": f"stage {about.get('spark.stage.id')}.{about.get('spark.stage.attempt')}",
        }[kind]
    for key, span in found.items():
        parent = span.get("parentSpanId", "")
        if parent and parent not in names:
            raise SystemExit(f"{names[key]} is part of something that did not come")
        out[names[key]] = names.get(parent, "")
    return out


def history(server, application):
    """The same as Spark tells it, for what has ended."""

    def ask(what):
        with urllib.request.urlopen(f"{server}/api/v1/applications/{application}/{what}", timeout=30) as answer:
            return json.load(answer)

    queries = {}
    for query in ask("sql?details=false&length=100000"):
        for job in query.get("successJobIds", []) + query.get("failedJobIds", []):
            queries[job] = query["id"]
    out, jobs = {}, [j for j in ask("jobs") if j["status"] in ("SUCCEEDED", "FAILED")]
    stages = [s for s in ask("stages") if s["status"] in ("COMPLETE", "FAILED")]
    for job in jobs:
        out[f"job {job['jobId']}"] = f"query {queries[job['jobId']]}" if job["jobId"] in queries else ""
    for stage in stages:
        owner = min(j["jobId"] for j in jobs if stage["stageId"] in j["stageIds"])
        out[f"stage {stage['stageId']}.{stage['attemptId']}"] = f"job {owner}"
    return out


def main(path, server, application, *explain):
    """Compares, and says the difference when asked."""
    try:
        got = {k: v for k, v in tree(spans(path, application)).items() if k.split(" ")[0] in ("job", "stage")}
    except FileNotFoundError:
        got = {}
    want = history(server, application)
    if explain or got == want:
        print(f"{application}: {len(got)} jobs and stages as spans, {len(want)} in Spark")
    if explain:
        for key in sorted(got.keys() | want.keys()):
            same = "  " if got.get(key) == want.get(key) else "! "
            print(f"{same}{key}: below {got.get(key)!r}, {want.get(key)!r} in Spark")
    return 0 if want and got == want else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
