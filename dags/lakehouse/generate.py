"""Sample data: customers who place orders that consist of sales, 60 days of it.

Made by rule from a fixed seed and in no way taken from anywhere, so that everybody has the same rows: the numbers in the
guides, in the suites and in the tests can be relied on. The days are in the past whatever the clock says.
"""

import datetime as dt
import random
from decimal import ROUND_HALF_UP, Decimal

SEED = 20250101
FIRST_DAY = dt.date(2025, 1, 1)
DAYS = 60
LAST_DAY = FIRST_DAY + dt.timedelta(days=DAYS - 1)
CUSTOMERS = 400

COUNTRIES = ("DE", "ES", "FR", "GB", "IT", "NL", "PL", "SE")
SEGMENTS = ("consumer", "business", "public")
CHANNELS = ("web", "store", "phone")
STATUSES = ("delivered", "shipped", "placed", "cancelled", "returned")
SHIPPED = ("delivered", "shipped", "returned")
DISCOUNTS = (Decimal("0.00"), Decimal("0.05"), Decimal("0.10"), Decimal("0.25"))
CENT = Decimal("0.01")

Rows = list[tuple]


def amount(quantity: int, unit_price: Decimal, discount: Decimal) -> Decimal:
    """What a line costs, in cents, rounded as Spark's decimals are."""
    return (quantity * unit_price * (1 - discount)).quantize(CENT, ROUND_HALF_UP)


def customers() -> Rows:
    """(customer_id, email, country, segment, signed_up_on, credit_limit); nine of ten have a credit limit."""
    rng = random.Random(SEED)  # noqa: S311 - It must be predictable.
    rows: Rows = []
    for number in range(1, CUSTOMERS + 1):
        limit = Decimal(rng.randrange(5, 200)) * 100 if rng.random() < 0.9 else None
        signed_up = FIRST_DAY - dt.timedelta(days=rng.randrange(1, 1500))
        country = rng.choices(COUNTRIES, weights=(8, 3, 5, 5, 3, 2, 2, 1))[0]
        rows.append((number, f"customer{number:04d}@example.com", country, rng.choice(SEGMENTS), signed_up, limit))
    return rows


def orders_and_sales() -> tuple[Rows, Rows]:
    """Orders (order_id, customer_id, ordered_at, status, channel, shipped_on) and their lines (sale_id, order_id,
    product_id, quantity, unit_price, discount, amount, sale_date). `ordered_at` is in microseconds since 1970; a line's
    date is its order's in UTC.
    """
    rng = random.Random(SEED + 1)  # noqa: S311
    prices = {f"P-{number:04d}": Decimal(rng.randrange(199, 25000)) / 100 for number in range(1, 81)}
    orders: Rows = []
    sales: Rows = []
    for offset in range(DAYS):
        day = FIRST_DAY + dt.timedelta(days=offset)
        midnight = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
        for _ in range(rng.randrange(18, 33)):
            order_id = len(orders) + 1
            status = rng.choices(STATUSES, weights=(70, 10, 8, 7, 5))[0]
            ordered_at = (midnight + rng.randrange(86400)) * 1_000_000
            shipped_on = day + dt.timedelta(days=rng.randrange(1, 6)) if status in SHIPPED else None
            channel = rng.choices(CHANNELS, weights=(6, 3, 1))[0]
            orders.append((order_id, rng.randrange(1, CUSTOMERS + 1), ordered_at, status, channel, shipped_on))
            for product in rng.sample(sorted(prices), rng.choices((1, 2, 3, 4, 5), weights=(30, 30, 20, 12, 8))[0]):
                quantity, discount = rng.randrange(1, 7), rng.choices(DISCOUNTS, weights=(7, 1, 1, 1))[0]
                total = amount(quantity, prices[product], discount)
                sales.append((len(sales) + 1, order_id, product, quantity, prices[product], discount, total, day))
    return orders, sales
