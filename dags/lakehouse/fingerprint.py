"""Tells whether two frames have the same rows without comparing them row by row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True)
class Fingerprint:
    """`hash` is the sum of a 64 bit hash of each row, in decimal: the order of rows does not matter, their number does."""

    rows: int
    hash: str

    def __str__(self) -> str:
        return f"{self.rows}:{self.hash}"


def fingerprint(frame: "DataFrame") -> Fingerprint:
    rows, total = aggregates(frame.columns)
    row = frame.agg(rows, total).first()
    return Fingerprint(row["rows"], row["hash"])


def fingerprints(frame: "DataFrame", column: str) -> dict[object, Fingerprint]:
    """A fingerprint for every value of a column, in one pass."""
    found = frame.groupBy(column).agg(*aggregates(frame.columns)).collect()
    return {row[column]: Fingerprint(row["rows"], row["hash"]) for row in found}


def aggregates(columns: list[str]) -> "tuple[Column, Column]":
    """Spark's hash passes over nulls, so that (1, null) and (null, 1) would be the same; hence the second half."""
    from pyspark.sql import functions as f

    names = sorted(columns)
    one = f.xxhash64(*names, *(f.col(name).isNull() for name in names))
    total = f.coalesce(f.sum(one.cast("decimal(20,0)")), f.lit(0)).cast("string")
    return f.count("*").alias("rows"), total.alias("hash")
