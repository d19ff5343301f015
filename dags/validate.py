"""Validates tables by their suites, outside of Airflow: what the CronJob data-validation runs, and a tool for the shell.

validate.py                                            all suites, each on its table
validate.py --suite sales --day 2025-01-31             one day of one table
validate.py --suite sales --damage amount_present      sample rows, broken in one respect: what a failure looks like
validate.py --self-test                                sample rows pass their suites, broken ones do not
validate.py --list                                     the suites, and what can be broken in a batch of each

stdout is one JSON object a line, stderr is for people. Exit codes: 0 passed, or skipped because of VALIDATION_MODE; 1 could
not find out; 2 wrong settings, suites or arguments; 3 validated, and found faults.
"""

import argparse
import datetime as dt
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING

from lakehouse import checks, damage, days, samples, suites, validation
from lakehouse.session import connect, redact
from lakehouse.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PASSED, UNKNOWN, USAGE, FAULTS = 0, 1, 2, 3
CODES: dict[validation.State, int] = {"passed": PASSED, "error": UNKNOWN, "failed": FAULTS}


def main(argv: list[str] | None = None) -> int:
    # The first process of a container ignores SIGTERM unless told otherwise; the session has to be closed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args = _parser().parse_args(argv)
    try:
        return _dispatch(args)
    except (SettingsError, suites.SuiteError, days.RangeError, damage.UnknownDamage) as error:
        return _say(str(error), USAGE)
    except ConnectionError as error:
        return _say(str(error), UNKNOWN)
    except Exception:
        return _say(redact(traceback.format_exc()), UNKNOWN)


def _dispatch(args: argparse.Namespace) -> int:
    if args.list:
        for name in suites.available():
            checks.log(suite=name, damage=damage.names(name))
        return PASSED
    chosen = [suites.load(name) for name in args.suite or suites.available()]
    if args.self_test:
        return _self_test(chosen)
    if args.damage:
        return _show(chosen, args.damage)
    day = days.parse(args.day, "--day") if args.day else None
    decision = Settings.from_env(os.environ).decide("schedule")
    if not decision.run:
        checks.log(event="validation_skipped", reason=decision.reason)
        return PASSED
    return _validate(chosen, day, args.source)


def _validate(chosen: list[suites.Suite], day: dt.date | None, source: str) -> int:
    """All suites are run, whatever becomes of the first. Faults weigh more than what could not be found out."""
    worst = PASSED
    with connect() as spark:
        for suite in chosen:
            try:
                checks.check(spark, checks.batch_of(spark, suite, day=day), suite, source, day=day)
            except checks.ValidationFailed as failed:
                worst = _say(str(failed), FAULTS)
            except suites.SuiteError:
                raise
            except Exception as error:
                worst = max(worst, _say(f"suite {suite.name} could not be evaluated: {redact(str(error))}", UNKNOWN))
    return worst


def _show(chosen: list[suites.Suite], name: str) -> int:
    if len(chosen) != 1:
        raise damage.UnknownDamage("--damage needs the one --suite that it is for")
    with connect() as spark:
        samples.load(spark)
        report = _damaged(spark, chosen[0], name)
    checks.log_report(report, "validate.py --damage", os.environ.get("ENVIRONMENT", ""))
    return _say(str(report), CODES[report.state])


def _self_test(chosen: list[suites.Suite]) -> int:
    """Of each suite one expectation is shown to fail; that every one of them can is what the project's tests show."""
    worst = PASSED
    with connect() as spark:
        samples.load(spark)
        for suite in chosen:
            if suite.name not in damage.KEYS:
                continue
            broken = f"{damage.KEYS[suite.name]}_unique"
            whole = validation.run(suite, spark.table(suite.table))
            found = [one.name for one in _damaged(spark, suite, broken).having("failed", "error")]
            holds = whole.state == "passed" and found == [broken]
            checks.log(event="self_test", suite=suite.name, sample_rows=whole.state, broken=broken, found=found, holds=holds)
            if not holds:
                worst = _say(f"{whole}\n{broken} was broken, and these were found: {found}", FAULTS)
    return worst


def _damaged(spark: "SparkSession", suite: suites.Suite, name: str) -> validation.Report:
    rows_min = suite.parameters.get("rows_min", 1)
    return validation.run(suite, damage.apply(spark.table(suite.table), suite.name, name, rows_min))


def _say(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    summary, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="validate.py", description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suite", action="append", metavar="NAME", help="a suite of expectations/; may be repeated")
    parser.add_argument("--day", metavar="YYYY-MM-DD", help="only the rows of this day (UTC)")
    parser.add_argument("--source", default="validate.py", help="who asks, for the table lake.quality.results")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--list", action="store_true", help="print the suites")
    other.add_argument("--self-test", action="store_true", help="load the sample data if need be, and see that suites work")
    other.add_argument("--damage", metavar="NAME", help="validate sample rows that are broken in one respect")
    return parser


if __name__ == "__main__":
    sys.exit(main())
