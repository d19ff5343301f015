"""A Spark Connect client on your own machine.

While `sparkwiz access` is running:

    pip install pyspark-client==4.1.3
    export SPARK_REMOTE="sc://localhost:15002/;token=$(sparkwiz secrets show spark-connect/token)"
    python examples/connect_from_host.py
"""

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

# The address comes from SPARK_REMOTE: a token on the command line could be read by everybody on the machine.
spark = SparkSession.builder.getOrCreate()
numbers = spark.range(100_000).groupBy((f.col("id") % 5).alias("remainder"))
for row in numbers.agg(f.count("*").alias("numbers"), f.sum("id").alias("total")).orderBy("remainder").collect():
    print(row.remainder, row.numbers, row.total)
spark.stop()
