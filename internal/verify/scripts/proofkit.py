"""What the proofs share: steps that report in lines of JSON, and a Spark Connect session that cleans up after itself.

A proof runs the steps named on its command line, in order, and prints one JSON object for each on stdout:

    {"step": "select", "seconds": 7.1, "result": {"says": "…", "columns": […], "rows": […], …}}
    {"step": "iceberg", "seconds": 0.4, "error": "the last lines of the exception"}

The first error ends it with exit code 1. A step may ask whoever watches for something that it may not do itself:

    {"step": "drain", "ask": {"delete": "spark-41-connect-…-exec-1"}}
"""

import contextlib
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request


class Failure(Exception):
    """A check that did not hold; its text is for people."""


def check(holds, otherwise):
    if not holds:
        raise Failure(otherwise)


def run(names, steps, close):
    """Runs the named steps; close is called however they end."""
    # The first process of a container ignores SIGTERM unless told otherwise; what was made must go in any case.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        for name in names:
            begun = time.monotonic()
            try:
                result = steps[name]()
            except Exception as error:
                emit(step=name, seconds=round(time.monotonic() - begun, 3), error=explain(error))
                return 1
            emit(step=name, seconds=round(time.monotonic() - begun, 3), result=result)
    finally:
        close()
    return 0


def emit(**record):
    print(json.dumps(record), flush=True)


def explain(error):
    """The exception's own words and its root cause, without plans and stack traces."""
    if isinstance(error, Failure):
        return str(error)
    lines = str(error).splitlines()
    causes = [line for line in lines if line.startswith("Caused by:")]
    return "\n".join([f"{type(error).__name__}: {lines[0] if lines else ''}", *causes[-1:]])


def with_token(remote):
    """The address with the token of the environment, as a port without TLS takes it."""
    token = os.environ.get("SPARK_CONNECT_TOKEN")
    return f"{remote}/;authorization=Bearer%20{token}" if token else remote


def session(remote):
    """A session of its own. It waits for the port first: the Connect client itself retries for minutes without a word."""
    host, port = remote.split("/")[2].rsplit(":", 1)
    wait_for_port(host, int(port), seconds=60)
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(with_token(remote)).create()
    # A handful of rows: dropping an Iceberg table with its files is 200 tasks otherwise.
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    return spark


def stop(spark):
    with contextlib.suppress(Exception):
        spark.stop()


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


# Set by Spark in every executor pod; the driver has none, which java_method spells "null".
POD = "nullif(java_method('java.lang.System', 'getenv', 'SPARK_EXECUTOR_POD_NAME'), 'null')"
