"""The suites in expectations/, read strictly.

Great Expectations skips an expectation that it does not understand, with a line in a log, and the suite passes without it.
Here that is an error, as is everything else in a file that would make a check silently weaker. All faults of a file are
reported together.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation

DIRECTORY = Path(__file__).parent.parent / "expectations"
SUFFIX = "_suite.json"
SEVERITIES = ("critical", "warning", "info")
_SUITE_KEYS = {"name", "notes", "meta", "expectations", "id"}
_META_KEYS = {"great_expectations_version", "table", "parameters", "day"}
# "hide_values": what a column of people's data holds is counted, and neither logged nor written down.
_OWN_META_KEYS = {"name", "hide_values"}
_EXPECTATION_KEYS = {"type", "kwargs", "severity", "description", "notes", "meta", "id"}


class SuiteError(ValueError):
    """What is wrong with a suite's file, one fault a line."""


@dataclass(frozen=True)
class Suite:
    """One file of expectations/.

    `table` is what the suite is made for. `parameters` fill the places in it that say {"$PARAMETER": name}. Where a table
    grows by days, `day_column` says which column has the day, and `day_parameters` are for a batch of one day.
    """

    name: str
    table: str
    expectations: "ExpectationSuite"
    parameters: dict[str, Any] = field(default_factory=dict)
    day_column: str | None = None
    day_parameters: dict[str, Any] = field(default_factory=dict)


def available(directory: Path = DIRECTORY) -> list[str]:
    """Names of the suites that there are, from the names of the files alone."""
    return sorted(path.name.removesuffix(SUFFIX) for path in directory.glob("*" + SUFFIX))


def load(name: str, directory: Path = DIRECTORY) -> Suite:
    """Reads NAME_suite.json."""
    if name not in (known := available(directory)):
        raise SuiteError(f"there is no suite {name!r}; there are: {', '.join(known) or 'none'}")
    path = directory / (name + SUFFIX)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SuiteError(f"{path.name} is no JSON: {error}") from None
    if not isinstance(raw, dict):
        raise SuiteError(f"{path.name} is no suite: it must be an object with name, meta and expectations")
    faults = [*_faults_of_suite(raw, path), *_faults_of_meta(raw.get("meta"))]
    built = []
    for number, one in enumerate(_list_of(raw, "expectations"), 1):
        expectation, found = _build(one, f"expectation {number}")
        built.append(expectation)
        faults += found
    faults += _repeated([_name_of(one) for one in _list_of(raw, "expectations")])
    if faults:
        raise SuiteError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return _assemble(name, raw, [one for one in built if one is not None], path)


def _assemble(name: str, raw: dict[str, Any], built: "list[Expectation]", path: Path) -> Suite:
    from great_expectations import ExpectationSuite

    meta = raw["meta"]
    day = meta.get("day", {})
    # Its constructor puts what is missing into the dict that it is given.
    suite = ExpectationSuite(name=raw["name"], expectations=built, meta=dict(meta), notes=raw.get("notes"))
    want, have = [_name_of(one) for one in raw["expectations"]], [(one.meta or {}).get("name") for one in suite.expectations]
    if sorted(want) != sorted(have):
        lost = sorted(set(want) - set(have))
        raise SuiteError(f"{path.name}: Great Expectations took {len(have)} of {len(want)} expectations; missing: {lost}")
    used, parameters, of_day = set(suite.suite_parameter_options), meta.get("parameters", {}), day.get("parameters", {})
    for where, given in [("meta.parameters", parameters)] + [("meta.day.parameters", of_day)] * bool(day):
        if used != set(given):
            raise SuiteError(f"{path.name}: {where} has {sorted(given)}, the expectations use {sorted(used)}")
    return Suite(name, meta["table"], suite, parameters, day.get("column"), of_day)


def _build(raw: object, where: str) -> "tuple[Expectation | None, list[str]]":
    """One expectation by itself, so that the reason why Great Expectations refuses it is not lost."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    if not isinstance(raw, dict):
        return None, [f"{where} is no object"]
    if name := _name_of(raw):
        where = f"expectation {name!r}"
    meta = raw.get("meta") if isinstance(raw.get("meta"), dict) else {}
    unknown = [*sorted(set(raw) - _EXPECTATION_KEYS), *(f"meta.{key}" for key in sorted(set(meta) - _OWN_META_KEYS))]
    faults = [f"{where} has the unknown key {key!r}" for key in unknown]
    if not name:
        faults.append(f'{where} has no name; give it one: "meta": {{"name": …}}')
    if raw.get("severity") not in SEVERITIES:
        faults.append(f"{where} has the severity {raw.get('severity')!r}; it must be one of {', '.join(SEVERITIES)}")
    if not raw.get("description"):
        faults.append(f"{where} has no description, which people read when it fails")
    if "expectation_type" in raw:
        faults.append(f'{where} is written for Great Expectations 0.x: "expectation_type" is "type" now')
    if faults:
        return None, faults
    try:
        return ExpectationConfiguration(**raw).to_domain_obj(), []
    except Exception as error:  # Its own errors and pydantic's have no other common base.
        return None, [f"{where} is refused: {' '.join(str(error).split())}"]


def _faults_of_suite(raw: dict[str, Any], path: Path) -> list[str]:
    if "expectation_suite_name" in raw:
        return ["this is a suite of Great Expectations 0.x; 1.x has name, type and severity"]
    faults = [f"unknown key {key!r}" for key in sorted(set(raw) - _SUITE_KEYS)]
    if raw.get("name") != path.stem:
        faults.append(f"its name is {raw.get('name')!r}; it must be that of the file, {path.stem!r}")
    if not _list_of(raw, "expectations"):
        faults.append("it has no expectations, so it would always pass")
    return faults


def _faults_of_meta(meta: object) -> list[str]:
    if not isinstance(meta, dict):
        return ["it has no meta"]
    faults = [f"unknown key meta.{key}" for key in sorted(set(meta) - _META_KEYS)]
    version = str(meta.get("great_expectations_version", ""))
    if not version.startswith("1."):
        faults.append(f"meta.great_expectations_version is {version!r}; this is Great Expectations 1.x")
    table = meta.get("table")
    if not isinstance(table, str) or table.count(".") != 2:
        faults.append(f"meta.table is {table!r}; it must name a table, as in lake.samples.sales")
    day = meta.get("day", {"column": ""})
    if not (isinstance(day, dict) and isinstance(day.get("column"), str) and set(day) <= {"column", "parameters"}):
        faults.append("meta.day must have a column, and may have parameters")
        day = {}
    for where, given in (("meta", meta), ("meta.day", day)):
        if not isinstance(given.get("parameters", {}), dict):
            faults.append(f"{where}.parameters must be an object")
    return faults


def _list_of(raw: dict[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    return value if isinstance(value, list) else []


def _name_of(raw: object) -> str:
    meta = raw.get("meta") if isinstance(raw, dict) else None
    name = meta.get("name") if isinstance(meta, dict) else None
    return name if isinstance(name, str) else ""


def _repeated(names: list[str]) -> list[str]:
    return [f"two expectations have the name {name!r}" for name in sorted({n for n in names if n and names.count(n) > 1})]
