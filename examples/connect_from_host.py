"""A Spark Connect client on your own machine.

While `sparkwiz access` is running:

    pip install pyspark-client==4.1.3
    python examples/connect_from_host.py [sc://localhost:15002]
"""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

spark = SparkSession.builder.remote(sys.argv[1] if len(sys.argv) > 1 else "sc://localhost:15002").getOrCreate()
numbers = spark.range(100_000).groupBy((f.col("id") % 5).alias("remainder"))
for row in numbers.agg(f.count("*").alias("numbers"), f.sum("id").alias("total")).orderBy("remainder").collect():
    print(row.remainder, row.numbers, row.total)
spark.stop()
