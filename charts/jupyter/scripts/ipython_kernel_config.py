"""Read by every kernel when it starts. A kernel that ends says goodbye to Spark, which would keep its session for an hour."""

import atexit
import sys


def goodbye():
    connect = sys.modules.get("pyspark.sql.connect.session")
    session = connect and connect.SparkSession.getActiveSession()
    if session:
        session.stop()


atexit.register(goodbye)
