"""Proves that two lines of Spark live side by side: a client of the older one is served by the newer server, and both
servers read and write one Iceberg table.
"""

import argparse
import contextlib
import secrets
import sys
import time

from proofkit import check, run, session, stop


class Lines:
    def __init__(self, older, newer, catalog):
        self.addresses = {"older": older, "newer": newer}
        self.older = self.newer = None
        self.table = f"{catalog}.sparkwiz_proof.t_{int(time.time())}_{secrets.token_hex(4)}"
        self.created = False

    def old_client(self):
        """This client is of the older line; it is the direction in which Connect keeps its promise."""
        import pyspark

        self.newer = session(self.addresses["newer"])
        server = self.newer.version
        check(server.split(".")[:2] != pyspark.__version__.split(".")[:2], f"client {pyspark.__version__} and server {server} are of one line")
        total = self.newer.range(0, 1000, 1, 4).groupBy().sum("id").collect()[0][0]
        check(total == 499500, f"the numbers below 1000 add up to {total}, not 499500")
        return {"says": f"client {pyspark.__version__}, server {server}: the rows are right"}

    def share(self):
        self.older = session(self.addresses["older"])
        self.newer = self.newer or session(self.addresses["newer"])
        sql = lambda spark, text: [list(row) for row in spark.sql(text).collect()]
        sql(self.older, f"CREATE NAMESPACE IF NOT EXISTS {self.table.rsplit('.', 1)[0]}")
        self.created = True
        sql(self.older, f"CREATE TABLE {self.table} (id BIGINT, line STRING) USING iceberg")
        sql(self.older, f"INSERT INTO {self.table} VALUES (1, '{self.older.version}')")
        sql(self.newer, f"INSERT INTO {self.table} VALUES (2, '{self.newer.version}')")
        sql(self.newer, f"ALTER TABLE {self.table} ADD COLUMN note STRING")
        sql(self.newer, f"INSERT INTO {self.table} VALUES (3, '{self.newer.version}', 'new column')")
        # Each session remembers a table's metadata for a while; this one must see what the other line wrote.
        self.older.sql(f"REFRESH TABLE {self.table}")
        rows = sql(self.older, f"SELECT id, line, note FROM {self.table} ORDER BY id")
        want = [[1, self.older.version, None], [2, self.newer.version, None], [3, self.newer.version, "new column"]]
        check(rows == want, f"Spark {self.older.version} reads {rows} of the shared table, not {want}")
        return {"says": f"{self.table}, written by both", "columns": ["id", "line", "note"], "rows": rows}

    def close(self):
        with contextlib.suppress(Exception):
            if self.created:
                self.older.sql(f"DROP TABLE IF EXISTS {self.table} PURGE").collect()
        for spark in (self.older, self.newer):
            if spark:
                stop(spark)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--older", required=True, help="sc://host:port of the older line's Connect server")
    parser.add_argument("--newer", required=True, help="sc://host:port of the newer line's Connect server")
    parser.add_argument("--catalog", default="lake", help="Iceberg catalog")
    parser.add_argument("steps", nargs="+", help="old-client share")
    args = parser.parse_args()
    lines = Lines(args.older, args.newer, args.catalog)
    return run(args.steps, {"old-client": lines.old_client, "share": lines.share}, lines.close)


if __name__ == "__main__":
    sys.exit(main())
