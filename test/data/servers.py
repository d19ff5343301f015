"""Starts the programs that the tests talk to: Spark Connect servers, a Pushgateway, a Prometheus, an exporter of StatsD."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

TOKEN = "test-token"
"""Of the 4.1 servers; 3.5 knows none."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command: list[str], log: Path, ready: Callable[[], bool], seconds: float = 120, **env: str) -> Iterator[None]:
    """A process in a group of its own, from when it answers until the end of the block."""
    # What the tests' own clients need; a server would look for another server.
    inherited = {key: value for key, value in os.environ.items() if key not in ("SPARK_REMOTE", "PYTHONPATH")}
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**inherited, **env}, start_new_session=True)
    try:
        deadline = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
                raise RuntimeError(f"{command[0]} is not ready after {seconds:.0f} s, or has ended:\n{tail}")
            time.sleep(0.2)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def answering(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as reply:
        return reply.status == 200
    return False


@contextlib.contextmanager
def spark_connect(home: Path, directory: Path) -> Iterator[str]:
    """A Connect server with the Iceberg catalog `lake` in a directory; gives its SPARK_REMOTE, with a token where it can.

    The catalog is of the type hadoop, which needs no metastore. Two partitions after a shuffle instead of 200, for the sake
    of time.
    """
    port, has_token = free_port(), "3.5" not in home.name
    conf = {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.local.dir": str(directory / "tmp"),
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(directory / "spark_catalog"),
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.lake.type": "hadoop",
        "spark.sql.catalog.lake.warehouse": str(directory / "lake"),
    }
    command = [str(home / "bin/spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += ["--master", "local[2]", "--driver-memory", "1g"]
    for key, value in conf.items():
        command += ["--conf", f"{key}={value}"]
    env = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    if has_token:
        env["SPARK_CONNECT_AUTHENTICATE_TOKEN"] = TOKEN
    directory.mkdir(parents=True, exist_ok=True)
    with running([*command, "spark-internal"], directory / "server.log", lambda: listening(port), **env):
        yield f"sc://127.0.0.1:{port}" + (f"/;authorization=Bearer%20{TOKEN}" if has_token else "")


@contextlib.contextmanager
def pushgateway(binaries: Path, directory: Path) -> Iterator[str]:
    """Debian's Pushgateway; gives its URL."""
    url = f"127.0.0.1:{free_port()}"
    command = [str(binaries / "prometheus-pushgateway"), f"--web.listen-address={url}"]
    with running(command, directory / "pushgateway.log", lambda: answering(f"http://{url}/-/ready")):
        yield f"http://{url}"


@contextlib.contextmanager
def prometheus(binaries: Path, directory: Path, target: str, rules: str) -> Iterator[str]:
    """Debian's Prometheus, which scrapes one target every second as a Pushgateway has to be scraped; gives its URL."""
    url = f"127.0.0.1:{free_port()}"
    (directory / "rules.yaml").write_text(rules)
    (directory / "prometheus.yaml").write_text(f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yaml]
scrape_configs:
- job_name: pushgateway
  honor_labels: true
  static_configs: [{{targets: ["{target.removeprefix("http://")}"]}}]
""")
    command = [str(binaries / "prometheus"), f"--config.file={directory / 'prometheus.yaml'}", f"--web.listen-address={url}"]
    command.append(f"--storage.tsdb.path={directory / 'tsdb'}")
    with running(command, directory / "prometheus.log", lambda: answering(f"http://{url}/-/ready")):
        yield f"http://{url}"


@contextlib.contextmanager
def statsd_exporter(program: Path, mapping: Path, directory: Path) -> Iterator[tuple[int, str]]:
    """Prometheus' exporter of StatsD with a mapping; gives the port that it listens on, and its URL."""
    port, url = free_port(), f"127.0.0.1:{free_port()}"
    command = [str(program), f"--statsd.mapping-config={mapping}", f"--statsd.listen-udp=127.0.0.1:{port}"]
    command += ["--statsd.listen-tcp=", f"--web.listen-address={url}"]
    with running(command, directory / "statsd-exporter.log", lambda: answering(f"http://{url}/-/ready")):
        yield port, f"http://{url}"
