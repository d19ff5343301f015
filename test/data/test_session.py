"""Addresses of Spark Connect, and that what is secret in them stays so."""

import contextlib
import time
from pathlib import Path

import pytest
from conftest import given
from lakehouse.session import Unreachable, address, connect, redact
from servers import free_port, spark_connect

SECRET = "hush-hush"


@pytest.mark.parametrize(
    ("remote", "want"),
    [
        ("sc://spark-41-connect", ("spark-41-connect", 15002)),
        ("sc://spark-41-connect:15003", ("spark-41-connect", 15003)),
        (f"sc://localhost:443/;use_ssl=true;token={SECRET}", ("localhost", 443)),
        (f"sc://[::1]:15002/;authorization=Bearer%20{SECRET}", ("::1", 15002)),
    ],
)
def test_addresses(remote: str, want: tuple[str, int]) -> None:
    assert address(remote) == want


@pytest.mark.parametrize("remote", ["", "spark:15002", "http://spark:15002", "sc://", f"sc://spark:port/;token={SECRET}"])
def test_what_is_no_address_is_refused_without_repeating_it(remote: str) -> None:
    with pytest.raises(Unreachable, match="SPARK_REMOTE") as refused:
        address(remote)
    assert SECRET not in str(refused.value)


def test_a_server_that_is_not_there_is_named_soon() -> None:
    port, began = free_port(), time.monotonic()
    with (
        pytest.raises(Unreachable, match=f"127.0.0.1:{port}") as refused,
        connect(f"sc://127.0.0.1:{port}/;token={SECRET}", 1),
    ):
        pass
    assert time.monotonic() - began < 10
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("parameter", ["token=", "authorization=Bearer%20", "use_ssl=true;token="])
def test_redact(parameter: str) -> None:
    remote = f"sc://spark:15002/;{parameter}{SECRET};user_id=me"
    for text in (f"cannot connect to {remote}", f"metadata: ('authorization', 'Bearer {SECRET}')", f"[{SECRET}]"):
        assert SECRET not in redact(text, remote)
    assert redact("nothing secret at sc://spark:15002", remote) == "nothing secret at sc://spark:15002"


def test_a_wrong_token_is_refused_and_not_repeated(remote: str) -> None:
    wrong = remote.split("/;")[0] + f"/;authorization=Bearer%20{SECRET}"
    with pytest.raises(Unreachable, match="refused a session") as refused, connect(wrong) as spark:
        spark.range(1).count()
    assert SECRET not in str(refused.value)


def test_a_server_that_dies_does_not_keep_us(tmp_path: Path) -> None:
    with contextlib.ExitStack() as left_last:
        with spark_connect(given("SPARK_HOME_UNDER_TEST"), tmp_path) as address:
            spark = left_last.enter_context(connect(address))
            assert spark.range(3).count() == 3
        began = time.monotonic()
    assert time.monotonic() - began < 10
