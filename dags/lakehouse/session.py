"""One Spark Connect session for one piece of work.

The address comes from SPARK_REMOTE and may hold a token, so it is never printed: errors name host and port only.
"""

import contextlib
import os
import re
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DEFAULT_PORT = 15002
"""Spark Connect's own default."""


class Unreachable(ConnectionError):
    """No Spark Connect server answers; its text is for people and free of secrets."""


@contextlib.contextmanager
def connect(remote: str | None = None, wait_seconds: float = 120) -> Iterator["SparkSession"]:
    """A session of its own, closed at the end whatever happens: the server then stops what is still running for it.

    The port is waited for first, because the client itself retries for minutes without a word, and a Connect server that
    is being replaced takes about a minute.
    """
    remote = remote or os.environ.get("SPARK_REMOTE", "")
    host, port = address(remote)
    wait_for_port(host, port, wait_seconds)
    from pyspark.sql.connect.session import SparkSession

    # PySpark 3.5's functions ask the environment whether a Connect server evaluates them. Its own builder says so here, too.
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
    before = SparkSession.getActiveSession()
    try:
        spark = SparkSession.builder.remote(remote).create()
        # A day is a day in UTC, as in the partitions of Iceberg, wherever the server and this process are.
        spark.conf.set("spark.sql.session.timeZone", "UTC")
    except Exception as error:
        # The one that was refused may be the active one by now; any other is somebody else's.
        if (refused := SparkSession.getActiveSession()) is not before:
            _close(refused, answers=False)
        raise Unreachable(f"Spark Connect at {host}:{port} refused a session: {redact(str(error), remote)}") from None
    try:
        yield spark
    finally:
        _close(spark, answers=_listens(host, port))


def _close(spark: "SparkSession | None", answers: bool) -> None:
    """Takes leave of the server, unless it has gone: the client would try for ten minutes to tell it, and again when Python
    exits, for every session that has not been closed."""
    # Nothing must hide the error that got us here.
    with contextlib.suppress(Exception):
        if spark is not None and not answers:
            spark.client.close()
    with contextlib.suppress(Exception):
        if spark is not None:
            spark.stop()


def _listens(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5):
        return True
    return False


def address(remote: str) -> tuple[str, int]:
    """Host and port of an sc:// address."""
    if not remote:
        raise Unreachable("SPARK_REMOTE is not set; it names the Spark Connect server, as in sc://spark-41-connect:15002")
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        host, port, parts = None, 0, None
    if parts is None or parts.scheme != "sc" or not host:
        raise Unreachable("SPARK_REMOTE is no address of Spark Connect, which looks like sc://spark-41-connect:15002")
    return host, port


def wait_for_port(host: str, port: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not _listens(host, port):
        if time.monotonic() > deadline:
            raise Unreachable(f"no Spark Connect server answers at {host}:{port} after {seconds:.0f} s")
        time.sleep(1)


def redact(text: str, remote: str | None = None) -> str:
    """The text without the parameters of a Connect address, among which is the token, and without the token by itself."""
    remote = remote if remote is not None else os.environ.get("SPARK_REMOTE", "")
    for secret in re.findall(r"(?:Bearer(?:%20| )|token=)([^;\s]+)", remote):
        text = text.replace(secret, "***")
    return re.sub(r"(sc://[^\s/;]*/;)\S+", r"\1***", text)
