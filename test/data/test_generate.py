"""The sample data is the same for everybody, for ever: guides, suites and tests rely on its numbers."""

import datetime as dt
import hashlib

from lakehouse import generate


def test_the_same_rows_everywhere() -> None:
    orders, sales = generate.orders_and_sales()
    customers = generate.customers()
    assert (len(customers), len(orders), len(sales)) == (400, 1491, 3593)
    text = repr((customers, orders, sales)).encode()
    assert hashlib.sha256(text).hexdigest() == "b4277658526c449c738cba6107a5b0a754d721bde496c8dc9a1226461372be35"


def test_it_hangs_together() -> None:
    orders, sales = generate.orders_and_sales()
    customers = {row[0] for row in generate.customers()}
    by_id = {row[0]: row for row in orders}
    assert len(by_id) == len(orders)
    assert len({row[0] for row in sales}) == len(sales)
    assert {row[1] for row in orders} <= customers
    for _, order_id, _, quantity, price, discount, amount, day in sales:
        assert amount == generate.amount(quantity, price, discount)
        ordered = dt.datetime.fromtimestamp(by_id[order_id][2] / 1e6, dt.UTC).date()
        assert ordered == day
    assert {row[7] for row in sales} == {generate.FIRST_DAY + dt.timedelta(days=n) for n in range(generate.DAYS)}
    assert dt.date(2026, 1, 1) > generate.LAST_DAY, "expectations about the future rely on a past that is past"
