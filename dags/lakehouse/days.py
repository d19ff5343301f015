"""Ranges of days and how they are shared out. Nothing here needs Spark or Airflow."""

import datetime as dt

MAX_DAYS = 3660
"""Ten years. A longer range is most likely a typing error in a year, and would take days to work through."""


class RangeError(ValueError):
    """What is wrong with a range of days, for people."""


def parse(text: str, what: str = "the day") -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        raise RangeError(f"{what} is {text!r}; it must be a date such as 2025-01-31") from None


def between(start: str, end: str) -> list[dt.date]:
    """All days from start to end, both included, oldest first."""
    first, last = parse(start, "start"), parse(end, "end")
    if first > last:
        raise RangeError(f"start {first} is after end {last}")
    count = (last - first).days + 1
    if count > MAX_DAYS:
        raise RangeError(f"{first} to {last} are {count} days; at most {MAX_DAYS} can be done in one run")
    return [first + dt.timedelta(days=n) for n in range(count)]


def lanes(days: list[dt.date], parallelism: int) -> list[list[dt.date]]:
    """Deals the days out to at most so many workers like cards, so that all of them move from the oldest day to the newest
    together and one that fails leaves no long gap."""
    if parallelism < 1:
        raise RangeError(f"parallelism is {parallelism}; it must be at least 1")
    return [lane for n in range(parallelism) if (lane := days[n::parallelism])]
