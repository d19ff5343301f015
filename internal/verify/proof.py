"""Proves that a Spark platform answers, as a client of it.

Runs the steps named on the command line, in order, against a Spark Connect
server, and prints one JSON object for each on stdout:

    {"step": "select", "seconds": 7.1, "result": {"says": "…", "columns": […], "rows": […], …}}
    {"step": "iceberg", "seconds": 0.4, "error": "the last lines of the exception"}

The first error ends it with exit code 1. Whatever it creates, it removes.
"""

import argparse
import contextlib
import json
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request

NAMESPACE = "sparkwiz_proof"
# A table that is older than any proof may run was left behind by one that was killed.
LEFTOVER_SECONDS = 1800
ROWS = 100_000


class Proof:
    def __init__(self, remote, catalog, history):
        self.remote, self.history = remote, history
        self.spark = self.application = None
        self.tag = f"sparkwiz-proof-{secrets.token_hex(4)}"
        self.namespace = f"{catalog}.{NAMESPACE}"
        self.table = f"{self.namespace}.t_{int(time.time())}_{secrets.token_hex(4)}"
        self.created = False
        self.snapshots = []

    def connect(self):
        """Waits for the port first: the Connect client itself retries for minutes without a word."""
        host, port = self.remote.split("/")[2].rsplit(":", 1)
        wait_for_port(host, int(port), seconds=60)
        from pyspark.sql import SparkSession

        self.spark = SparkSession.builder.remote(self.remote).getOrCreate()
        self.spark.addTag(self.tag)
        # A handful of rows: dropping an Iceberg table with its files is 200 tasks otherwise.
        self.spark.conf.set("spark.sql.shuffle.partitions", "2")
        version = self.spark.version
        self.application = self.spark.conf.get("spark.app.id")
        return {"says": f"Spark {version}, application {self.application}", "application": self.application}

    def select(self):
        """Each task says which pod it runs in, so that the rows themselves prove that executors computed them."""
        from pyspark.sql import functions as f

        # Set by Spark in every executor pod; the driver has none, which java_method spells "null".
        pod = "nullif(java_method('java.lang.System', 'getenv', 'SPARK_EXECUTOR_POD_NAME'), 'null')"
        answer = (
            self.spark.range(0, ROWS, 1, 8)
            .select("id", f.expr(pod).alias("pod"))
            .groupBy((f.col("id") % 5).alias("remainder"))
            .agg(f.count("*").alias("numbers"), f.sum("id").alias("total"), f.collect_set("pod").alias("pods"))
            .orderBy("remainder")
            .collect()
        )
        rows = [[r.remainder, r.numbers, r.total] for r in answer]
        want = [[k, ROWS // 5, sum(range(k, ROWS, 5))] for k in range(5)]
        check(rows == want, f"the query answered {rows}, not {want}")
        executors = sorted({pod for r in answer for pod in r.pods})
        check(executors, "the query was not computed by executor pods; the driver did it alone")
        return {
            "says": f"{ROWS} numbers added up by {' and '.join(executors)}",
            "columns": ["remainder", "numbers", "total"],
            "rows": rows,
            "executors": executors,
        }

    def iceberg(self):
        self.sql(f"CREATE NAMESPACE IF NOT EXISTS {self.namespace}")
        self.drop_leftovers()
        self.created = True
        self.sql(f"CREATE TABLE {self.table} (id BIGINT, product STRING, price DECIMAL(8,2)) USING iceberg")
        self.sql(f"INSERT INTO {self.table} VALUES (1, 'tea', 3.50), (2, 'coffee', 4.20)")
        self.sql(f"INSERT INTO {self.table} VALUES (3, 'cocoa', 4.80)")
        rows = self.sql(f"SELECT * FROM {self.table} ORDER BY id")
        check([r[0] for r in rows] == [1, 2, 3], f"the table has {rows} after two inserts")
        return {
            "says": f"created {self.table}, inserted twice",
            "columns": ["id", "product", "price"],
            "rows": [[r[0], r[1], str(r[2])] for r in rows],
        }

    def time_travel(self):
        listed = self.sql(f"SELECT snapshot_id FROM {self.table}.snapshots ORDER BY committed_at")
        self.snapshots = [r[0] for r in listed]
        check(len(self.snapshots) == 2, f"two inserts made the snapshots {self.snapshots}")
        first = self.snapshots[0]
        rows = self.sql(f"SELECT * FROM {self.table} VERSION AS OF {first} ORDER BY id")
        check([r[0] for r in rows] == [1, 2], f"snapshot {first} has {rows}, not the rows of the first insert")
        return {
            "says": f"snapshot {first} has the {len(rows)} rows of the first insert",
            "columns": ["id", "product", "price"],
            "rows": [[r[0], r[1], str(r[2])] for r in rows],
            # Strings, for a JSON number of this size loses its last digits in most readers.
            "snapshots": [str(s) for s in self.snapshots],
        }

    def drop(self):
        self.sql(f"DROP TABLE IF EXISTS {self.table} PURGE")
        self.created = False
        # Another proof may have a table in it.
        with contextlib.suppress(Exception):
            self.sql(f"DROP NAMESPACE IF EXISTS {self.namespace}")
        return {"says": f"dropped {self.table} and its files"}

    def history_server(self):
        """Looks for this proof's own job: a server that runs for weeks is listed long after its logs stopped coming."""
        url = f"{self.history}/api/v1/applications/{self.application}"
        deadline, seen = time.monotonic() + 90, "does not answer"
        while time.monotonic() < deadline:
            try:
                jobs = get_json(f"{url}/jobs")
                seen = "lists the application, but not the jobs of this proof: its event log stopped arriving"
                mine = [j["jobId"] for j in jobs if any(tag.endswith(self.tag) for tag in j.get("jobTags", []))]
                if mine:
                    return {"says": f"{self.application} with {len(mine)} jobs of this proof"}
            except urllib.error.HTTPError as e:
                seen = f"answers {e.code} for {self.application}: its event log has not arrived"
            except OSError as e:
                seen = f"does not answer: {e}"
            time.sleep(1)
        raise Failure(f"after 90 s the History Server at {self.history} {seen}")

    def drop_leftovers(self):
        for row in self.sql(f"SHOW TABLES IN {self.namespace}"):
            kind, stamp, *_ = [*row.tableName.split("_"), "", ""]
            if kind == "t" and stamp.isdigit() and time.time() - int(stamp) > LEFTOVER_SECONDS:
                self.sql(f"DROP TABLE IF EXISTS {self.namespace}.{row.tableName} PURGE")

    def sql(self, text):
        return self.spark.sql(text).collect()

    def close(self):
        with contextlib.suppress(Exception):
            if self.created:
                self.drop()
        with contextlib.suppress(Exception):
            if self.spark:
                self.spark.stop()


class Failure(Exception):
    """A check of this script that did not hold; its text is for people."""


def check(holds, otherwise):
    if not holds:
        raise Failure(otherwise)


def wait_for_port(host, port, seconds):
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((host, port), timeout=5).close()
            return
        except OSError as e:
            if time.monotonic() > deadline:
                raise Failure(f"nothing answers at {host}:{port} after {seconds} s: {e}") from None
            time.sleep(1)


def get_json(url):
    with urllib.request.urlopen(url, timeout=20) as reply:
        return json.load(reply)


def explain(error):
    """The exception's own words and its root cause, without plans and stack traces."""
    if isinstance(error, Failure):
        return str(error)
    lines = str(error).splitlines()
    causes = [line for line in lines if line.startswith("Caused by:")]
    return "\n".join([f"{type(error).__name__}: {lines[0] if lines else ''}", *causes[-1:]])


def emit(**record):
    print(json.dumps(record), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--remote", required=True, help="sc://host:port of the Connect server")
    parser.add_argument("--catalog", default="lake", help="Iceberg catalog")
    parser.add_argument("--history", default="", help="http://host:port of the History Server")
    parser.add_argument("steps", nargs="+", help="connect select iceberg time-travel drop history")
    args = parser.parse_args()
    # The first process of a container ignores SIGTERM unless told otherwise; the table must go in any case.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    proof = Proof(args.remote, args.catalog, args.history)
    steps = {
        "connect": proof.connect,
        "select": proof.select,
        "iceberg": proof.iceberg,
        "time-travel": proof.time_travel,
        "drop": proof.drop,
        "history": proof.history_server,
    }
    try:
        for name in args.steps:
            begun = time.monotonic()
            try:
                result = steps[name]()
            except Exception as error:
                emit(step=name, seconds=round(time.monotonic() - begun, 3), error=explain(error))
                return 1
            emit(step=name, seconds=round(time.monotonic() - begun, 3), result=result)
    finally:
        proof.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
