"""A report as Prometheus metrics, pushed to a Pushgateway.

A validation is over before anybody could scrape it, and Prometheus wants to know the last result hours later: that is what
a Pushgateway is for. One group of series for each suite and environment; a later run replaces the values.
"""

from typing import TYPE_CHECKING

from lakehouse.validation import Report, State

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

JOB = "data_validation"
PREFIX = "sparkwiz_validation"
TIMEOUT_SECONDS = 10


def registry(report: Report) -> "CollectorRegistry":
    """The time of the last success is only there when there was one, so that an older one stays what it is."""
    from prometheus_client import CollectorRegistry, Gauge

    made = CollectorRegistry()

    def gauge(name: str, text: str, value: float) -> None:
        Gauge(f"{PREFIX}_{name}", text, registry=made).set(value)

    at = report.validated_at.timestamp()
    gauge("success", "1 if the suite passed, 0 if it failed or could not be evaluated.", report.state == "passed")
    gauge("last_run_timestamp_seconds", "When the suite was last run.", at)
    gauge("duration_seconds", "How long the last run took.", report.seconds)
    if report.state == "passed":
        gauge("last_success_timestamp_seconds", "When the suite last passed.", at)
    states: tuple[State, ...] = ("passed", "failed", "error")
    counts = Gauge(f"{PREFIX}_expectations", "Expectations of the last run by state.", ["state"], registry=made)
    for state in states:
        counts.labels(state).set(len(report.having(state)))
    labels = ["expectation", "severity"]
    each = Gauge(f"{PREFIX}_expectation_success", "1 if the expectation holds, 0 if not.", labels, registry=made)
    for one in report.outcomes:
        each.labels(one.name, one.severity).set(one.state == "passed")
    return made


def push(report: Report, url: str, environment: str) -> None:
    """Adds to the group instead of replacing it, for the sake of the last success."""
    from prometheus_client import pushadd_to_gateway

    group = {"suite": report.suite, "environment": environment}
    pushadd_to_gateway(url, job=JOB, registry=registry(report), grouping_key=group, timeout=TIMEOUT_SECONDS)
