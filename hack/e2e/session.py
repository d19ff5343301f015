"""Opens a session as SPARK_REMOTE says, runs a few jobs, prints the application and stays until it is ended."""

import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
for _ in range(3):
    spark.range(0, 1000, 1, 4).groupBy().sum("id").collect()
print(spark.conf.get("spark.app.id"), flush=True)
while True:
    time.sleep(60)
