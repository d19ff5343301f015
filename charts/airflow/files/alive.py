"""Exits with 1 unless a process of Airflow on this host shows signs of life: alive.py TriggererJob [--lenient]

Processes without a port to ask write the time into the table job every few seconds. Asking through Airflow's own command
would cost seconds of CPU each time; this takes a tenth of one. Lenient is for liveness probes: restarting a process does
not bring back a database that cannot be asked.
"""

import socket
import sys

import psycopg2

SECONDS = 60

ALIVE = """
SELECT count(*) FROM job
WHERE job_type = %s AND hostname = %s AND state = 'running' AND latest_heartbeat > now() - make_interval(secs => %s)
"""


def main(job_type, *options):
    try:
        # Where the database is stands in the environment, in libpq's own variables.
        with psycopg2.connect("", connect_timeout=5) as connection, connection.cursor() as cursor:
            cursor.execute(ALIVE, (job_type, socket.gethostname(), SECONDS))
            (alive,) = cursor.fetchone()
    except psycopg2.Error as error:
        print(f"the database cannot be asked: {error}", file=sys.stderr)
        return 0 if "--lenient" in options else 1
    if not alive:
        print(f"no heartbeat of {job_type} for {SECONDS} s", file=sys.stderr)
        return 1
    return 0


sys.exit(main(*sys.argv[1:]))
