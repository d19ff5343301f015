"""Two fleet tables say the same of every application, in the same order: fleet.py A B LEAST."""

import json
import sys


def rows(path):
    with open(path, encoding="utf-8") as file:
        table = json.load(file)
    # Where a log lies is the one thing in which two places must differ, and words about it.
    return [{**row, "log": "", "error": "error" in row} for row in table["applications"]], table


(a, table_a), (b, table_b) = rows(sys.argv[1]), rows(sys.argv[2])
assert len(a) == len(b) >= int(sys.argv[3]), f"{len(a)} and {len(b)} logs"
sorted_a, sorted_b = (sorted(json.dumps(row) for row in table) for table in (a, b))
for row_a, row_b in zip(sorted_a, sorted_b, strict=True):
    assert row_a == row_b, f"{row_a}\nis not\n{row_b}"
for key in ("read", "failed", "coreHours", "onDemand", "wasted"):
    assert abs(table_a[key] - table_b[key]) < 1e-9, f"{key}: {table_a[key]} is not {table_b[key]}"
assert [row["wasted"] for row in a] == sorted((row["wasted"] for row in a), reverse=True), "the worst waste is not first"
print(f"{len(a)} logs, {table_a['read']} read, {table_a['failed']} not; ${table_a['wasted']:.4f} wasted: the same in both")
