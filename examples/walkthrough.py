"""What the Iceberg examples share: a table of their own on a Spark Connect server, and statements that are shown."""

import argparse
import contextlib
import logging
import os
import sys
import textwrap
from collections.abc import Iterator

from pyspark.sql import SparkSession
from pyspark.sql.types import Row


class Walkthrough:
    """Statements name the table as {t}. Everything is printed, so that the output reads like a session in a shell."""

    def __init__(self, spark: SparkSession, table: str) -> None:
        self.spark, self.table = spark, table

    def say(self, text: str) -> None:
        print(f"\n-- {textwrap.fill(' '.join(text.split()), 100, subsequent_indent='-- ')}")

    def run(self, statement: str) -> list[Row]:
        """Prints a statement, runs it, and prints the rows if there are any."""
        statement = self._print(statement)
        frame = self.spark.sql(statement)
        if frame.columns:
            frame.show(50, truncate=False)
        return frame.collect()

    def refused(self, statement: str) -> None:
        """Prints a statement that must fail, and the first line of why."""
        statement = self._print(statement)
        try:
            self.spark.sql(statement).collect()
        except Exception as error:
            reason = next(line for line in str(error).splitlines() if line.strip())
            print(f"refused: {reason[:100]} …")
        else:
            raise SystemExit("this should have been refused, and was not")

    def one(self, query: str) -> object:
        """A single value, quietly."""
        return self.spark.sql(query.format(t=self.table)).first()[0]

    def _print(self, statement: str) -> str:
        statement = textwrap.dedent(statement).strip().format(t=self.table)
        print(f"\n{statement};")
        return statement


@contextlib.contextmanager
def walkthrough(summary: str, default_table: str) -> Iterator[Walkthrough]:
    """Reads the command line, connects, and drops the table at the end unless --keep was given.

    A table that is there already is somebody's, and is left alone.
    """
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("--table", default=default_table, help="the table to make, as catalog.namespace.name")
    parser.add_argument("--keep", action="store_true", help="leave the table there, to look around in it")
    args = parser.parse_args()
    # Not an argument: the address may hold a token, and arguments are for everybody to see.
    remote = os.environ.get("SPARK_REMOTE")
    if not remote:
        sys.exit("SPARK_REMOTE is not set\n  try: export SPARK_REMOTE=sc://localhost:15002")
    namespace = args.table.rpartition(".")[0]
    if namespace.count(".") != 1:
        sys.exit(f"{args.table} must name a catalog, a namespace and a table\n  try: --table {default_table}")
    # The client of 4.1 logs every statement that fails, as JSON with the server's stack; one of ours is meant to fail.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    spark = SparkSession.builder.remote(remote).getOrCreate()
    try:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        spark.sql(f"CREATE NAMESPACE IF NOT EXISTS {namespace}").collect()
        if spark.catalog.tableExists(args.table):
            sys.exit(f"{args.table} is there already\n  try: DROP TABLE {args.table} PURGE, or another name with --table")
        print(f"-- Spark {spark.version}, table {args.table}")
        try:
            yield Walkthrough(spark, args.table)
        finally:
            if args.keep:
                print(f"\n-- Kept. To remove it: DROP TABLE {args.table} PURGE")
            else:
                spark.sql(f"DROP TABLE IF EXISTS {args.table} PURGE").collect()
                # Refused while somebody else has a table in it.
                with contextlib.suppress(Exception):
                    spark.sql(f"DROP NAMESPACE IF EXISTS {namespace}").collect()
    finally:
        spark.stop()
