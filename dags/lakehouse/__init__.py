"""The data engineering code behind the DAGs beside this package.

DAG files stay thin: what is done, and how it is tested, is here. Nothing in this package touches the network when it is
imported, and PySpark and Great Expectations are imported inside functions only, for Airflow parses DAG files all the time.
"""
