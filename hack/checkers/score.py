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
                check, objects, finding, why = re.split(r" \| ", line.strip(), maxsplit=3)
                if len(why.split()) < 4:
                    sys.exit(f"no reason is given in: {line.strip()}")
                accepted.append([check, re.compile(objects), re.compile(finding), 0])
    faults = 0
    for scored in json.load(sys.stdin):
        for check in scored["checks"] or []:
            if check.get("skipped") or check["grade"] >= 10:
                continue
            for comment in check["comments"] or [{"path": "", "summary": check["check"]["name"]}]:
                rows = [a for a in accepted if a[0] == check["check"]["id"] and a[1].search(scored["object_name"]) and a[2].search(comment["summary"])]
                for row in rows:
                    row[3] += 1
                if not rows:
                    faults += 1
                    print(f"{scored['object_name']} {comment['path']}: {check['check']['id']}: {comment['summary']}")
    for check, objects, finding, used in accepted:
        if not used:
            faults += 1
            print(f"nothing needs the line {check} | {objects.pattern} | {finding.pattern}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
