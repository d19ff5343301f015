"""Leaves two idle executors behind, one with shuffle blocks that the other has not, and prints the name of the one that has.

It is for SPARK_REMOTE and takes the command that lists the names of running executors as its arguments.
"""

import subprocess
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def executors() -> set[str]:
    return set(subprocess.check_output(sys.argv[1:], text=True).split())


spark = SparkSession.builder.getOrCreate()
# One task at a time, so that no second executor is asked for.
assert spark.range(0, 1000, 1, 1).repartition(1).count() == 1000
first = executors()
assert len(first) == 1, first
rows = spark.range(0, 600_000_000, 1, 16).groupBy((F.xxhash64("id") % 10).alias("key")).agg(F.sum(F.xxhash64("id")))
while len(executors()) < 2:  # A slow machine may be done before the second is there.
    assert rows.count() == 19
assert rows.count() == 19
assert len(executors()) == 2, executors()
print(*first)
