"""Two minutes of work and five rounds, whichever is longer, for SPARK_REMOTE: tasks, shuffles, cached data, and a job that fails now and then."""

import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
spark.range(10).count()  # Executors may be long in coming; the time is counted from here.
until = time.monotonic() + 120
rounds = failures = 0
while time.monotonic() < until or rounds < 5:
    rounds += 1
    data = spark.range(0, 2_000_000, 1, 8).withColumn("key", F.col("id") % 1000)
    assert data.groupBy("key").agg(F.sum("id").alias("sum")).count() == 1000
    data.cache().count()
    data.unpersist()
    if rounds % 5 == 1:
        try:
            spark.range(0, 4, 1, 1).select(F.raise_error(F.lit("as is meant"))).collect()
        except Exception as error:
            assert "as is meant" in str(error)
            failures += 1
print(f"{rounds} rounds, {failures} jobs failed as they should")
assert failures
