"""The tests run with the versions that are in the Airflow image."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from conftest import ROOT


def pinned(path: Path) -> dict[str, str]:
    lines = [line.split()[0] for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("==") for line in lines)


def test_of_the_image() -> None:
    image = ROOT / "images" / "airflow" / "python.txt"
    if not image.exists():
        pytest.skip("there is no list of the Airflow image here")
    different = {}
    for name, want in pinned(image).items():
        try:
            have = version(name)
        except PackageNotFoundError:
            continue  # A provider that the DAGs do not use.
        if have != want:
            different[name] = f"{have} here, {want} in the image"
    assert different == {}, "write the image's versions into hack/requirements/data.txt"
    assert version("great-expectations") == pinned(image)["great-expectations"]
