"""Iceberg time travel: a table as it was, tags and branches, and the way back.

On your own machine, through `sparkwiz access`:

    export SPARK_REMOTE=sc://localhost:15002
    python examples/iceberg_time_travel.py [--keep] [--table lake.examples.travel]

Works with the clients and servers of Spark 3.5 and 4.1. The table is dropped at the end, unless --keep is given.
"""

import time

from walkthrough import Walkthrough, walkthrough


def history(w: Walkthrough) -> list[int]:
    """Three commits; returns their snapshots, oldest first."""
    w.say("Every commit makes a snapshot. Three of them:")
    w.run("CREATE TABLE {t} (id BIGINT, product STRING, price DECIMAL(8,2)) USING iceberg")
    for statement in (
        "INSERT INTO {t} VALUES (1, 'tea', 3.50), (2, 'coffee', 4.20)",
        "INSERT INTO {t} VALUES (3, 'cocoa', 4.80)",
        "UPDATE {t} SET price = price * 10",
    ):
        w.run(statement)
        # Snapshots are found by time as well, so there should be some between them.
        time.sleep(1)
    w.run("SELECT snapshot_id, operation, summary['total-records'] AS total_rows FROM {t}.snapshots ORDER BY committed_at")
    listed = w.spark.sql(f"SELECT snapshot_id FROM {w.table}.snapshots ORDER BY committed_at").collect()
    return [row.snapshot_id for row in listed]


def as_of(w: Walkthrough, snapshots: list[int]) -> None:
    first, second, _ = snapshots
    w.say("By snapshot:")
    w.run(f"SELECT * FROM {{t}} VERSION AS OF {first} ORDER BY id")

    w.say("By time: what was current then. The time is one of the session's time zone, here UTC.")
    then = w.one(
        f"SELECT date_format(committed_at, 'yyyy-MM-dd HH:mm:ss.SSS') FROM {{t}}.snapshots WHERE snapshot_id = {second}"
    )
    w.run(f"SELECT * FROM {{t}} TIMESTAMP AS OF '{then}' ORDER BY id")

    w.say("""As a DataFrame, by the option `versionAsOf` or `timestampAsOf` of load(). Spark 3.5 ignores them without a word
        when the table is read with table(), and Iceberg's own option `snapshot-id` is gone in 4.1.""")
    frame = w.spark.read.format("iceberg").option("versionAsOf", str(first)).load(w.table)
    print(f"\nspark.read.format('iceberg').option('versionAsOf', '{first}').load('{w.table}')")
    frame.orderBy("id").show()

    w.say("What has changed between two of them:")
    w.run(f"""
        SELECT now.id, before.price AS before, now.price AS now
        FROM {{t}} now JOIN {{t}} VERSION AS OF {second} before ON now.id = before.id
        WHERE now.price <> before.price ORDER BY now.id""")


def rollback(w: Walkthrough, snapshots: list[int]) -> None:
    catalog, name = w.table.split(".", 1)
    w.say("""Prices times ten were a mistake. Back to the snapshot of before; the one that is left is still there, so this
        can be undone too.""")
    w.run(f"CALL {catalog}.system.rollback_to_snapshot('{name}', {snapshots[1]})")
    w.run("SELECT * FROM {t} ORDER BY id")


def tags_and_branches(w: Walkthrough) -> None:
    catalog, name = w.table.split(".", 1)
    w.say("A tag is a name for a snapshot, and keeps it when old ones are expired: month ends, what a model was trained on.")
    w.run("ALTER TABLE {t} CREATE TAG `end-of-january` RETAIN 365 DAYS")

    w.say("A branch is a second line of commits. Write to it, look at it, and only then let others see it.")
    w.run("ALTER TABLE {t} CREATE BRANCH audit")
    w.run("INSERT INTO {t}.branch_audit VALUES (4, 'juice', 2.90)")
    w.run("SELECT count(*) AS in_main FROM {t}")
    w.run("SELECT count(*) AS in_audit FROM {t} VERSION AS OF 'audit'")

    w.say("It is good, so main goes to where the branch is; nothing is copied.")
    w.run(f"CALL {catalog}.system.fast_forward('{name}', 'main', 'audit')")
    w.run("ALTER TABLE {t} DROP BRANCH audit")
    w.run("SELECT * FROM {t} ORDER BY id")

    w.say("The tag still has the rows of before.")
    w.run("SELECT * FROM {t} VERSION AS OF 'end-of-january' ORDER BY id")
    w.run("SELECT name, type FROM {t}.refs ORDER BY name")

    w.say("Expiry forgets what no branch and no tag needs, and time travel to it is over.")
    forgotten = w.one("SELECT snapshot_id FROM {t}.snapshots ORDER BY committed_at LIMIT 1")
    now = w.one("SELECT date_format(now(), 'yyyy-MM-dd HH:mm:ss')")  # Spark 3.5 takes literals only here.
    w.run(f"""
        CALL {catalog}.system.expire_snapshots(
          table => '{name}', older_than => TIMESTAMP'{now}', retain_last => 1)""")
    w.run("SELECT count(*) AS snapshots FROM {t}.snapshots")
    w.refused(f"SELECT * FROM {{t}} VERSION AS OF {forgotten}")


if __name__ == "__main__":
    with walkthrough(__doc__.splitlines()[0], "lake.examples.travel") as walk:
        made = history(walk)
        as_of(walk, made)
        rollback(walk, made)
        tags_and_branches(walk)
