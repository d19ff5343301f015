"""The files of expectations/: ours are right, and whatever would weaken one without a word is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lakehouse import damage, suites

Raw = dict[str, Any]


@pytest.mark.parametrize("name", ["customers", "orders", "sales"])
def test_ours(name: str) -> None:
    suite = suites.load(name)
    assert suite.name in suites.available()
    names = [one.meta["name"] for one in suite.expectations.expectations]
    assert len(names) >= 12
    assert sorted(names) == damage.names(name), "every expectation is shown to fail by a damage of its name"


def raw() -> Raw:
    return {
        "name": "x_suite",
        "meta": {"great_expectations_version": "1.24.1", "table": "lake.a.x", "parameters": {"low": 1}},
        "expectations": [
            {
                "type": "expect_table_row_count_to_be_between",
                "kwargs": {"min_value": {"$PARAMETER": "low"}},
                "severity": "critical",
                "description": "enough rows",
                "meta": {"name": "rows"},
            }
        ],
    }


def load(tmp_path: Path, content: Raw | str) -> suites.Suite:
    (tmp_path / "x_suite.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return suites.load("x", tmp_path)


def test_the_least_that_is_a_suite(tmp_path: Path) -> None:
    suite = load(tmp_path, raw())
    assert (suite.table, suite.parameters, suite.day_column) == ("lake.a.x", {"low": 1}, None)


def with_expectation(**changes: Any) -> Callable[[Raw], None]:  # noqa: ANN401
    return lambda suite: suite["expectations"][0].update(changes)


def with_meta(**changes: Any) -> Callable[[Raw], None]:  # noqa: ANN401
    return lambda suite: suite["meta"].update(changes)


FAULTS: list[tuple[Callable[[Raw], None], str]] = [
    (with_expectation(type="expect_nonsense"), "'rows' is refused: expect_nonsense not found"),
    (with_expectation(kwargs={"minimum": 1}), "'rows' is refused"),
    (with_expectation(type="expect_column_values_to_be_unique", kwargs={}), "'rows' is refused"),
    (with_expectation(severity="fatal"), "severity 'fatal'"),
    (with_expectation(severity=None), "severity None"),
    (with_expectation(description=""), "no description"),
    (with_expectation(meta={}), "has no name"),
    (with_expectation(meta={"name": "rows", "hide_value": True}), "unknown key 'meta.hide_value'"),
    (with_expectation(expectation_type="expect_table_row_count_to_equal"), "0.x"),
    (with_expectation(kwarg={}), "unknown key 'kwarg'"),
    (lambda suite: suite["expectations"].append(suite["expectations"][0]), "two expectations have the name 'rows'"),
    (lambda suite: suite["expectations"].append("rows"), "expectation 2 is no object"),
    (lambda suite: suite.update(expectations=[]), "no expectations"),
    (lambda suite: suite.pop("expectations"), "no expectations"),
    (lambda suite: suite.update(expectation=[]), "unknown key 'expectation'"),
    (lambda suite: suite.update(name="y_suite"), "must be that of the file"),
    (lambda suite: suite.update(expectation_suite_name="x_suite"), "0.x"),
    (lambda suite: suite.pop("meta"), "no meta"),
    (with_meta(great_expectations_version="0.18.22"), "0.18.22"),
    (with_meta(table="samples.x"), "must name a table"),
    (with_meta(tabel="lake.a.x"), "unknown key meta.tabel"),
    (with_meta(parameters={}), r"meta.parameters has \[\], the expectations use \['low'\]"),
    (with_meta(parameters={"low": 1, "high": 2}), "meta.parameters has"),
    (with_meta(parameters=[1]), "meta.parameters must be an object"),
    (with_meta(day={"parameters": {"low": 1}}), "meta.day must have a column"),
    (with_meta(day={"column": "d"}), "meta.day.parameters has"),
    (with_meta(day={"column": "d", "parameters": {"low": 1}, "bounds": 1}), "meta.day must have a column"),
]


@pytest.mark.parametrize(("spoil", "says"), FAULTS, ids=[says for _, says in FAULTS])
def test_faults(tmp_path: Path, spoil: Callable[[Raw], None], says: str) -> None:
    suite = raw()
    spoil(suite)
    with pytest.raises(suites.SuiteError, match=says):
        load(tmp_path, suite)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"'])
def test_no_suite_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(suites.SuiteError, match=r"x_suite\.json is no"):
        load(tmp_path, text)


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    suite = raw()
    for spoil in (with_expectation(type="expect_nonsense"), with_meta(table="x"), lambda s: s.update(name="y")):
        spoil(suite)
    with pytest.raises(suites.SuiteError) as refused:
        load(tmp_path, suite)
    assert len(str(refused.value).splitlines()) == 3


def test_an_unknown_suite_is_told_which_there_are() -> None:
    with pytest.raises(suites.SuiteError, match="customers, orders, sales"):
        suites.load("slaes")


def test_a_name_is_no_path() -> None:
    with pytest.raises(suites.SuiteError, match="there is no suite"):
        suites.load("../expectations/sales")
