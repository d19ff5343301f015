"""Proves that one line of Spark answers, as a client of it."""

import argparse
import contextlib
import secrets
import sys
import threading
import time
import urllib.error

from proofkit import POD, Failure, check, emit, get_json, run, session, stop, wait_for_port

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
        self.spark = session(self.remote)
        if hasattr(self.spark, "addTag"):
            self.spark.addTag(self.tag)
        version = self.spark.version
        self.application = self.spark.conf.get("spark.app.id")
        return {"says": f"Spark {version}, application {self.application}", "application": self.application}

    def token(self):
        """Whoever shows no token, or a wrong one, is refused; asking for the version is the least a client can do."""
        from pyspark.sql import SparkSession

        host, port = self.remote.split("/")[2].rsplit(":", 1)
        wait_for_port(host, int(port), seconds=60)
        for who, remote in {
            "a client without a token": self.remote,
            "a client with a wrong token": f"{self.remote}/;authorization=Bearer%20wrong",
        }.items():
            try:
                stranger = SparkSession.builder.remote(remote).create()
                version = stranger.version
            except Exception as error:
                check("UNAUTHENTICATED" in str(error), f"{who} is refused for another reason: {error}")
                continue
            raise Failure(f"{who} is served by Spark {version}")
        return {"says": "clients without the token, or with a wrong one, are refused"}

    def select(self):
        """Each task says which pod it runs in, so that the rows themselves prove that executors computed them."""
        from pyspark.sql import functions as f

        answer = (
            self.spark.range(0, ROWS, 1, 8)
            .select("id", f.expr(POD).alias("pod"))
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

    def evolve(self):
        """A column more and a column renamed touch no file: old rows are read with the new schema."""
        self.sql(f"ALTER TABLE {self.table} ADD COLUMN origin STRING AFTER product")
        self.sql(f"ALTER TABLE {self.table} RENAME COLUMN price TO euro")
        self.sql(f"INSERT INTO {self.table} VALUES (4, 'mate', 'Uruguay', 5.10)")
        rows = [list(r) for r in self.sql(f"SELECT id, origin, CAST(euro AS STRING) FROM {self.table} ORDER BY id")]
        want = [[1, None, "3.50"], [2, None, "4.20"], [3, None, "4.80"], [4, "Uruguay", "5.10"]]
        check(rows == want, f"after adding and renaming columns the table has {rows}, not {want}")
        return {"says": "a column added, one renamed; old rows keep their values", "columns": ["id", "origin", "euro"], "rows": rows}

    def drop(self):
        self.sql(f"DROP TABLE IF EXISTS {self.table} PURGE")
        self.created = False
        # Another proof may have a table in it.
        with contextlib.suppress(Exception):
            self.sql(f"DROP NAMESPACE IF EXISTS {self.namespace}")
        return {"says": f"dropped {self.table} and its files"}

    def drain(self):
        """Takes a node away in the middle of a query, as a spot pool does: the pod of an executor that holds shuffle blocks
        is deleted, and the query must answer right all the same. The first stage is slowed down so that there is a middle.
        """
        from pyspark.sql import functions as f

        slow = f.expr("java_method('java.lang.Thread', 'sleep', 400L)")
        answer = {}

        def query():
            with contextlib.suppress(Exception):
                answer["rows"] = (
                    self.spark.range(0, 40, 1, 20)
                    .select("id", f.expr(POD).alias("pod"), slow.alias("slow"))
                    .groupBy((f.col("id") % 3).alias("remainder"))
                    # A column that nobody asks for would not be computed, and nothing would be slow.
                    .agg(f.sum("id").alias("total"), f.collect_set("pod").alias("pods"), f.max("slow"))
                    .orderBy("remainder")
                    .collect()
                )

        # The victim is known before the query, from a query that every executor takes part in.
        pods = {r.pod for r in self.spark.range(0, 16, 1, 8).select(f.expr(POD).alias("pod")).collect() if r.pod}
        check(pods, "there is no executor that could be taken away")
        thread = threading.Thread(target=query)
        thread.start()
        time.sleep(2)
        victim = sorted(pods)[0]
        check(thread.is_alive(), "the query was over before anything could be taken away")
        emit(step="drain", ask={"delete": victim})
        taken = time.monotonic()
        thread.join(timeout=180)
        check(taken < time.monotonic() - 2, f"the query was over before {victim} could be taken away")
        check("rows" in answer, f"the query did not survive the loss of {victim}")
        rows = [[r.remainder, r.total] for r in answer["rows"]]
        want = [[k, sum(range(k, 40, 3))] for k in range(3)]
        check(rows == want, f"without {victim} the query answered {rows}, not {want}")
        kept = any(victim in r.pods for r in answer["rows"])
        how = "handed its blocks on" if kept else "had its part computed again by others"
        return {"says": f"{victim} was taken away in mid-query and {how}; the rows are right", "columns": ["remainder", "total"], "rows": rows}

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
        if self.spark:
            stop(self.spark)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--remote", required=True, help="sc://host:port of the Connect server")
    parser.add_argument("--catalog", default="lake", help="Iceberg catalog")
    parser.add_argument("--history", default="", help="http://host:port of the History Server")
    parser.add_argument("steps", nargs="+", help="connect token select iceberg time-travel evolve drop drain history")
    args = parser.parse_args()
    proof = Proof(args.remote, args.catalog, args.history)
    steps = {
        "connect": proof.connect,
        "token": proof.token,
        "select": proof.select,
        "iceberg": proof.iceberg,
        "time-travel": proof.time_travel,
        "evolve": proof.evolve,
        "drop": proof.drop,
        "drain": proof.drain,
        "history": proof.history_server,
    }
    return run(args.steps, steps, proof.close)


if __name__ == "__main__":
    sys.exit(main())
