"""Breaks a batch in one respect, so that one expectation, and no other, fails.

For whoever wants to see a validation fail before he trusts it: the tests, `validate.py --self-test`, and the parameter
`damage` of the DAG daily_sales. A row here has the name of the expectation that it trips.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row

Values = dict[str, Any]


class UnknownDamage(ValueError):
    """A batch cannot be broken in this way; the text says in which it can."""


@dataclass(frozen=True)
class Change:
    """New values for some columns of the row with the lowest key, or of all rows; worked out from the rows with the lowest
    and the highest key."""

    values: "Callable[[Row, Row], Values]"
    every_row: bool = False


def _set(**values: Any) -> Change:  # noqa: ANN401 - Any value that a column can have.
    return Change(lambda first, last: values)


KEYS = {"customers": "customer_id", "orders": "order_id", "sales": "sale_id"}

# "columns" and "rows" are the same for all suites, so they are no rows here: see `apply`.
CHANGES: dict[str, dict[str, Change]] = {
    "customers": {
        "customer_id_present": _set(customer_id=None),
        "customer_id_unique": Change(lambda first, last: {"customer_id": last.customer_id}),
        "email_format": _set(email="nobody at example.com"),
        "email_unique": Change(lambda first, last: {"email": last.email}),
        "country_present": _set(country=None),
        "country_known": _set(country="XX"),
        "segment_known": _set(segment="friends"),
        "signed_up_on_range": _set(signed_up_on=dt.date(1970, 1, 1)),
        "credit_limit_range": _set(credit_limit=Decimal("-1.00")),
        "credit_limit_usual": Change(lambda first, last: {"credit_limit": None}, every_row=True),
    },
    "orders": {
        "order_id_present": _set(order_id=None),
        "order_id_unique": Change(lambda first, last: {"order_id": last.order_id}),
        "customer_id_present": _set(customer_id=None),
        "customer_exists": _set(customer_id=10**9),
        "ordered_at_present": _set(ordered_at=None),
        "ordered_at_past": _set(ordered_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC), status="placed", shipped_on=None),
        "status_known": _set(status="lost", shipped_on=None),
        "channel_known": _set(channel="pigeon"),
        "shipped_on_fits_status": _set(status="delivered", shipped_on=None),
        "shipped_after_ordered": _set(status="delivered", shipped_on=dt.date(2000, 1, 1)),
        "channels_usual": Change(lambda first, last: {"channel": "web"}, every_row=True),
    },
    "sales": {
        "sale_id_present": _set(sale_id=None),
        "sale_id_unique": Change(lambda first, last: {"sale_id": last.sale_id}),
        "order_id_present": _set(order_id=None),
        "order_exists": _set(order_id=10**9),
        "product_id_format": _set(product_id="tea"),
        "quantity_range": Change(lambda first, last: {"quantity": -first.quantity, "amount": -first.amount}),
        "unit_price_range": _set(unit_price=Decimal("0.00"), amount=Decimal("0.00")),
        "discount_range": _set(discount=Decimal("1.00"), amount=Decimal("0.00")),
        "amount_present": _set(amount=None),
        "amount_adds_up": Change(lambda first, last: {"amount": first.amount + 1}),
        "sale_date_present": _set(sale_date=None),
        "sale_date_of_order": Change(lambda first, last: {"sale_date": first.sale_date + dt.timedelta(days=1)}),
        "products_usual": Change(lambda first, last: {"product_id": "P-0001"}, every_row=True),
    },
}


def names(suite: str) -> list[str]:
    """What can be broken in a batch of this suite."""
    return sorted(["columns", "rows", *CHANGES.get(suite, ())])


def apply(frame: "DataFrame", suite: str, name: str, rows_min: int) -> "DataFrame":
    """The frame, broken. `rows_min` is the least number of rows that the suite expects of it."""
    from pyspark.sql import functions as f

    if name not in names(suite):
        raise UnknownDamage(f"suite {suite} has no damage {name!r}; there are: {', '.join(names(suite))}")
    if name == "columns":
        return frame.withColumn("surprise", f.lit(1))
    key = KEYS[suite]
    if name == "rows":
        return frame.orderBy(key).limit(max(rows_min - 1, 0))
    change = CHANGES[suite][name]
    first, last = frame.orderBy(key).first(), frame.orderBy(f.desc(key)).first()
    if first is None:
        raise UnknownDamage(f"the batch for suite {suite} has no rows that could be broken")
    types = {one.name: one.dataType for one in frame.schema.fields}
    for column, value in change.values(first, last).items():
        new = f.lit(value).cast(types[column])
        picked = new if change.every_row else f.when(f.col("_key") == first[key], new).otherwise(f.col(column))
        if "_key" not in frame.columns:
            frame = frame.withColumn("_key", f.col(key))
        frame = frame.withColumn(column, picked)
    return frame.drop("_key")
