"""The fingerprint of a frame: the same for the same rows, and for no others."""

from typing import TYPE_CHECKING

from lakehouse.fingerprint import Fingerprint, fingerprint, fingerprints

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROWS = [(1, "a", None), (2, None, 2.5), (3, "c", 0.0)]


def of(spark: "SparkSession", rows: list[tuple]) -> Fingerprint:
    return fingerprint(spark.createDataFrame(rows, "a int, b string, c double"))


def test_order_does_not_matter(shared_session: "SparkSession") -> None:
    assert of(shared_session, ROWS) == of(shared_session, ROWS[::-1])


def test_everything_else_does(shared_session: "SparkSession") -> None:
    changed = [
        ROWS[:2],
        [*ROWS, ROWS[0]],
        [*ROWS[:2], (3, "c", 0.5)],
        [*ROWS[:2], (3, "c", None)],
        [*ROWS[:2], (3, None, 0.0)],
        [ROWS[0], ROWS[0], ROWS[1]],
        [],
    ]
    assert len({of(shared_session, rows) for rows in [ROWS, *changed]}) == len(changed) + 1


def test_a_null_that_has_moved_is_a_change(shared_session: "SparkSession") -> None:
    one = shared_session.createDataFrame([("x", None)], "a string, b string")
    two = shared_session.createDataFrame([(None, "x")], "a string, b string")
    assert fingerprint(one) != fingerprint(two)


def test_one_for_every_value(shared_session: "SparkSession") -> None:
    frame = shared_session.createDataFrame([("mon", 1), ("mon", 2), ("tue", 3)], "day string, n int")
    found = fingerprints(frame, "day")
    assert {day: one.rows for day, one in found.items()} == {"mon": 2, "tue": 1}
    assert found["mon"] == fingerprint(frame.where("day = 'mon'"))
