"""Ranges of days, and how they are dealt out to workers."""

import datetime as dt

import pytest
from lakehouse.days import RangeError, between, lanes, parse


def test_both_ends_are_included() -> None:
    assert [str(day) for day in between("2024-02-28", "2024-03-01")] == ["2024-02-28", "2024-02-29", "2024-03-01"]
    assert between("2025-01-01", "2025-01-01") == [dt.date(2025, 1, 1)]


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("2025-01-02", "2025-01-01", "is after end"),
        ("2025-02-30", "2025-03-01", "start is '2025-02-30'"),
        ("2025-01-01", "tomorrow", "end is 'tomorrow'"),
        ("2025-01-01", "20250-01-01", "end is '20250-01-01'"),
        ("1025-01-01", "2025-01-01", "at most 3660"),
    ],
)
def test_ranges_that_cannot_be_meant(start: str, end: str, says: str) -> None:
    with pytest.raises(RangeError, match=says):
        between(start, end)


def test_only_dates_are_days() -> None:
    for bad in ("", None, "2025-01-01'; DROP TABLE x"):
        with pytest.raises(RangeError):
            parse(bad)


@pytest.mark.parametrize("workers", range(1, 12))
@pytest.mark.parametrize("count", [0, 1, 5, 10])
def test_every_day_is_in_exactly_one_lane(count: int, workers: int) -> None:
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(count)]
    dealt = lanes(days, workers)
    assert sorted(day for lane in dealt for day in lane) == days
    assert len(dealt) == min(count, workers)
    assert all(lane for lane in dealt)
    assert max(map(len, dealt), default=0) - min(map(len, dealt), default=0) <= 1
    assert all(lane == sorted(lane) for lane in dealt)
