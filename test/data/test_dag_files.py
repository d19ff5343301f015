"""Airflow reads DAG files all the time: without Spark, without a network, quickly, and from a ConfigMap's directories."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import DAGS

pytestmark = pytest.mark.usefixtures("airflow_db")

PARSE = """
import json, sys
from airflow.dag_processing.dagbag import BundleDagBag

def no_network(event, args):
    if event == "socket.connect" and not isinstance(args[1], str):
        raise RuntimeError("a DAG file has used the network")

sys.addaudithook(no_network)
bag = BundleDagBag(sys.argv[1], bundle_path=sys.argv[1], bundle_name="dags-folder")
json.dump({
    "files": sorted(stat.file.lstrip("/") for stat in bag.dagbag_stats),
    "seconds": max(stat.duration.total_seconds() for stat in bag.dagbag_stats),
    "errors": {path.rpartition("/")[2]: text for path, text in bag.import_errors.items()},
    "schedules": {name: dag.schedule for name, dag in bag.dags.items()},
    "paused": {name: dag.is_paused_upon_creation for name, dag in bag.dags.items()},
    "most_workers": {name: dag.params["parallelism"] for name, dag in bag.dags.items() if "parallelism" in dag.params},
    "heavy": sorted({"pyspark", "great_expectations", "pandas", "prometheus_client"} & set(sys.modules)),
}, sys.stdout, default=str)
"""
IDS = ["backfill", "daily_sales", "data_validation", "iceberg_maintenance", "samples"]


def parse(directory: Path, **env: str) -> dict[str, Any]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("SPARK_", "VALIDATION_", "ENVIRONMENT"))}
    clean["AIRFLOW__CORE__DAGS_FOLDER"] = str(directory)
    command = [sys.executable, "-c", PARSE, str(directory)]
    done = subprocess.run(command, env=clean | env, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout[done.stdout.index('{"files"') :])


def test_all_of_them() -> None:
    found = parse(DAGS, ENVIRONMENT="dev", VALIDATION_MODE="always")
    assert found["errors"] == {}
    assert sorted(found["schedules"]) == IDS
    assert found["files"] == [f"{name}.py" for name in IDS], "validate.py and lakehouse/ are no DAG files"
    assert found["heavy"] == [], "what takes seconds to import is imported by tasks"
    assert found["seconds"] < 5
    assert found["schedules"]["data_validation"] is None
    assert not any(found["paused"].values())


def test_a_schedule_is_the_dags_and_turns_it_on() -> None:
    found = parse(DAGS, ENVIRONMENT="prod", VALIDATION_MODE="scheduled", VALIDATION_SCHEDULE="30 5 * * mon-fri")
    assert found["errors"] == {}
    assert found["schedules"]["data_validation"] == "30 5 * * mon-fri"
    assert found["paused"]["data_validation"] is False
    assert {value for name, value in found["paused"].items() if name != "data_validation"} == {None}


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "VALIDATION_MODE is not set"),
        ({"VALIDATION_MODE": "sometimes"}, "VALIDATION_MODE is 'sometimes'"),
        ({"VALIDATION_MODE": "scheduled"}, "VALIDATION_SCHEDULE is not set"),
        ({"VALIDATION_MODE": "scheduled", "VALIDATION_SCHEDULE": "daily"}, "VALIDATION_SCHEDULE is 'daily'"),
    ],
)
def test_wrong_settings_are_import_errors_of_those_who_obey_them(env: dict[str, str], says: str) -> None:
    found = parse(DAGS, ENVIRONMENT="dev", **env)
    assert sorted(found["errors"]) == ["backfill.py", "daily_sales.py", "data_validation.py"]
    assert all(says in text for text in found["errors"].values())
    assert sorted(found["schedules"]) == ["iceberg_maintenance", "samples"]


def test_a_config_map(tmp_path: Path) -> None:
    """The kubelet puts files into a dated directory and links to it twice. Airflow follows both links."""
    dated = tmp_path / "..2026_11_25_12_00_00.123456789"
    for source in [DAGS / ".airflowignore", *DAGS.glob("*.py"), *DAGS.glob("lakehouse/*.py"), *DAGS.glob("expectations/*")]:
        target = dated / source.relative_to(DAGS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    (tmp_path / "..data").symlink_to(dated.name)
    for entry in dated.iterdir():
        (tmp_path / entry.name).symlink_to(Path("..data") / entry.name)
    found = parse(tmp_path, ENVIRONMENT="dev", VALIDATION_MODE="always")
    assert found["errors"] == {}
    assert found["files"] == [f"{name}.py" for name in IDS]
    env = {**os.environ, "SPARK_REMOTE": ""}
    done = subprocess.run([sys.executable, tmp_path / "validate.py", "--list"], env=env, capture_output=True, text=True)
    assert [json.loads(line)["suite"] for line in done.stdout.splitlines()] == ["customers", "orders", "sales"], done.stderr


def test_they_fit_into_config_maps() -> None:
    files = [path for path in DAGS.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 200_000
    assert {path.suffix or path.name for path in files} <= {".py", ".json", ".go", ".airflowignore"}


def test_a_bound_for_workers() -> None:
    limits = {"ENVIRONMENT": "dev", "VALIDATION_MODE": "skip"}
    assert parse(DAGS, **limits, BACKFILL_MAX_PARALLELISM="1")["most_workers"] == {"backfill": 1}
    assert parse(DAGS, **limits)["most_workers"] == {"backfill": 2}
    assert "BACKFILL_MAX_PARALLELISM is '0'" in parse(DAGS, **limits, BACKFILL_MAX_PARALLELISM="0")["errors"]["backfill.py"]
