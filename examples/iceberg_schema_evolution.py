"""Iceberg schema evolution: a table changes its columns and partitions while its files stay as they are.

On your own machine, through `sparkwiz access`:

    export SPARK_REMOTE=sc://localhost:15002
    python examples/iceberg_schema_evolution.py [--keep] [--table lake.examples.evolution]

Works with the clients and servers of Spark 3.5 and 4.1. The table is dropped at the end, unless --keep is given.
"""

from walkthrough import Walkthrough, walkthrough


def columns(w: Walkthrough) -> None:
    w.say("A table, and two rows. Every column has a number in Iceberg, and files are read by number, not by name.")
    w.run("CREATE TABLE {t} (id INT, sensor STRING, value FLOAT, at TIMESTAMP) USING iceberg")
    w.run("""
        INSERT INTO {t} VALUES
          (1, 'roof', 21.5, TIMESTAMP'2025-01-01 08:00:00'),
          (2, 'cellar', 12.25, TIMESTAMP'2025-01-01 09:00:00')""")

    w.say("Add: old rows have null in the new column; no file is touched.")
    w.run("ALTER TABLE {t} ADD COLUMN unit STRING COMMENT 'C or F'")
    w.run("SELECT * FROM {t} ORDER BY id")

    w.say("Rename: the number stays, so the values of old rows are still there.")
    w.run("ALTER TABLE {t} RENAME COLUMN value TO temperature")
    w.run("SELECT id, temperature FROM {t} ORDER BY id")

    w.say("""Widen: int to bigint, float to double, decimal to more digits. Narrowing is refused, since old values might not
        fit.""")
    w.run("ALTER TABLE {t} ALTER COLUMN id TYPE BIGINT")
    w.run("ALTER TABLE {t} ALTER COLUMN temperature TYPE DOUBLE")
    w.refused("ALTER TABLE {t} ALTER COLUMN temperature TYPE INT")

    w.say("Reorder: how columns are shown, and in what order INSERT without names takes them.")
    w.run("ALTER TABLE {t} ALTER COLUMN at FIRST")
    w.run("ALTER TABLE {t} ALTER COLUMN unit AFTER temperature")
    w.run("INSERT INTO {t} VALUES (TIMESTAMP'2025-01-02 08:00:00', 3000000000, 'roof', 20.0, 'C')")
    w.run("SELECT * FROM {t} ORDER BY id")

    w.say("""Drop: a column of the same name that is added later has a new number, so the dropped values do not come
        back.""")
    w.run("ALTER TABLE {t} DROP COLUMN sensor")
    w.run("ALTER TABLE {t} ADD COLUMN sensor STRING")
    w.run("SELECT id, sensor FROM {t} ORDER BY id")


def partitions(w: Walkthrough) -> None:
    w.say("""Partition evolution: from now on by day. Files of before stay unpartitioned; queries see both, and nobody has to
        name a partition: a filter on `at` is enough.""")
    w.run("ALTER TABLE {t} ADD PARTITION FIELD days(at)")
    w.run("""
        INSERT INTO {t} VALUES
          (TIMESTAMP'2025-01-02 10:00:00', 4, 19.0, 'C', 'roof'),
          (TIMESTAMP'2025-01-03 10:00:00', 5, 18.5, 'C', 'roof')""")
    w.run("SELECT partition.at_day, spec_id, record_count, file_count FROM {t}.partitions ORDER BY spec_id, at_day")

    w.say("Too many small partitions? By month instead, again for new files only.")
    w.run("ALTER TABLE {t} REPLACE PARTITION FIELD at_day WITH months(at)")
    w.run("INSERT INTO {t} VALUES (TIMESTAMP'2025-02-01 10:00:00', 6, 17.0, 'C', 'roof')")
    w.run("SELECT count(*) AS readings_of_january FROM {t} WHERE at < TIMESTAMP'2025-02-01 00:00:00'")

    w.say("""Old files move to the new layout when they are rewritten. Files of one partition are joined; so few that it
        would not pay are left alone unless told otherwise.""")
    catalog, name = w.table.split(".", 1)
    w.run(f"""
        CALL {catalog}.system.rewrite_data_files(table => '{name}', options => map('rewrite-all', 'true'))""")
    w.run("SELECT DISTINCT spec_id FROM {t}.files")

    w.say("A snapshot keeps the columns that it was written with: the first one still has `value` and no `unit`.")
    first = w.one("SELECT snapshot_id FROM {t}.snapshots ORDER BY committed_at LIMIT 1")
    w.run(f"SELECT * FROM {{t}} VERSION AS OF {first} ORDER BY id")


if __name__ == "__main__":
    with walkthrough(__doc__.splitlines()[0], "lake.examples.evolution") as walk:
        columns(walk)
        partitions(walk)
