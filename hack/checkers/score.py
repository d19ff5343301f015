"""Reads kube-score's findings (JSON, on stdin) and prints those that accepted.txt has no reason for.

usage: score.py ACCEPTED
"""

import json
import re
import sys


def main():
    accepted = []
    with open(sys.argv[1]) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                check, objects, why = re.split(r" \| ", line.strip(), maxsplit=2)
                accepted.append([check, re.compile(objects), 0, why])
    faults = 0
    for scored in json.load(sys.stdin):
        for check in scored["checks"] or []:
            if check.get("skipped") or check["grade"] >= 10:
                continue
            row = next((a for a in accepted if a[0] == check["check"]["id"] and a[1].search(scored["object_name"])), None)
            if row:
                row[2] += 1
                continue
            faults += 1
            for comment in check["comments"] or [{"path": "", "summary": check["check"]["name"]}]:
                print(f"{scored['object_name']} {comment['path']}: {check['check']['id']}: {comment['summary']}")
    for check, objects, used, _ in accepted:
        if not used:
            faults += 1
            print(f"nothing needs the line {check} | {objects.pattern}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
