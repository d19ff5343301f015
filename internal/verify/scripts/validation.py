"""Proves that validations tell good data from bad: the suites that are installed are run on the sample data, and on batches
that are broken in one respect.
"""

import argparse
import json
import os
import subprocess
import sys

from proofkit import Failure, check, run, with_token

SECONDS = 540


class Validation:
    def __init__(self, program, remote):
        self.program, self.remote = program, remote

    def self_test(self):
        # SPARK_REMOTE is where the program looks, as it does in the CronJob.
        environment = {**os.environ, "SPARK_REMOTE": with_token(self.remote)}
        done = subprocess.run([sys.executable, self.program, "--self-test"], env=environment, capture_output=True, text=True, timeout=SECONDS)
        tested = [line for line in map(parse, done.stdout.splitlines()) if line.get("event") == "self_test"]
        if done.returncode != 0 or not tested:
            raise Failure(f"it ended with {done.returncode}: {done.stderr.strip()[-1500:]}")
        check(all(one["holds"] for one in tested), f"suites do not tell good from bad: {tested}")
        rows = [[one["suite"], one["sample_rows"], one["broken"], "found"] for one in tested]
        return {"says": f"{len(tested)} suites pass good data and find bad", "columns": ["suite", "samples", "broken", "and"], "rows": rows}


def parse(line):
    try:
        return json.loads(line)
    except ValueError:
        return {}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="path of validate.py")
    parser.add_argument("--remote", required=True, help="sc://host:port of the Connect server")
    parser.add_argument("steps", nargs="+", help="self-test")
    args = parser.parse_args()
    return run(args.steps, {"self-test": Validation(args.program, args.remote).self_test}, lambda: None)


if __name__ == "__main__":
    sys.exit(main())
