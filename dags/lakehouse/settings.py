"""What the platform's environment says about validation, judged once and the same for DAGs and the command line.

Nothing has a default: a mode with a typing error must not quietly become "always" or "skip". All faults are reported
together. Airflow shows the text of the exception as the DAG's import error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MODES = ("always", "skip", "production_only", "scheduled")
ENVIRONMENTS = ("dev", "staging", "prod")

Trigger = Literal["pipeline", "schedule"]
"""Who asks: a pipeline that has just written data, or the validation's own schedule (a person with a hand on it too)."""

# The common part of what Airflow and a Kubernetes CronJob understand: five fields of numbers, names and * , - /.
_CRON_FIELD = re.compile(r"(?:[0-9*/,-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)+", re.I)
_CRON_WORDS = ("@hourly", "@daily", "@weekly", "@monthly", "@yearly")


class SettingsError(ValueError):
    """What is wrong with the environment, one fault a line."""


@dataclass(frozen=True)
class Decision:
    """Whether to validate now, and why, in words for a log."""

    run: bool
    reason: str


@dataclass(frozen=True)
class Settings:
    """`schedule` is a cron expression in UTC if the mode is "scheduled", and None otherwise."""

    environment: str
    mode: str
    schedule: str | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Reads ENVIRONMENT, VALIDATION_MODE and, with the mode "scheduled", VALIDATION_SCHEDULE."""
        environment = env.get("ENVIRONMENT", "").strip()
        mode = env.get("VALIDATION_MODE", "").strip()
        schedule = env.get("VALIDATION_SCHEDULE", "").strip()
        faults = [_not_one_of("ENVIRONMENT", environment, ENVIRONMENTS), _not_one_of("VALIDATION_MODE", mode, MODES)]
        if mode == "scheduled":
            faults.append(_not_a_schedule(schedule))
        if found := [fault for fault in faults if fault]:
            raise SettingsError("\n".join(found))
        return cls(environment, mode, schedule if mode == "scheduled" else None)

    def decide(self, trigger: Trigger) -> Decision:
        """A pipeline validates unless the mode forbids it or has given that to the schedule."""
        mode = f"validation mode is {self.mode}"
        if self.mode == "skip":
            return Decision(False, mode)
        if self.mode == "production_only" and self.environment != "prod":
            return Decision(False, f"{mode} and this is {self.environment}")
        if self.mode == "scheduled" and trigger == "pipeline":
            return Decision(False, f"{mode}: data is validated at {self.schedule} (UTC), not by pipelines")
        return Decision(True, mode)


def _not_one_of(name: str, value: str, known: tuple[str, ...]) -> str | None:
    if value in known:
        return None
    said = f"is {value!r}" if value else "is not set"
    return f"{name} {said}; it must be one of {', '.join(known)}"


def _not_a_schedule(value: str) -> str | None:
    """croniter comes with Airflow; it knows extensions that a CronJob does not, hence the check of our own before it."""
    if not value:
        return "VALIDATION_SCHEDULE is not set; the mode scheduled needs a cron expression such as '0 6 * * *'"
    if value in _CRON_WORDS:
        return None
    from croniter import croniter

    fields = value.split()
    if len(fields) == 5 and all(_CRON_FIELD.fullmatch(field) for field in fields) and croniter.is_valid(value):
        return None
    return f"VALIDATION_SCHEDULE is {value!r}, which is no cron expression of five fields; for every day at six: '0 6 * * *'"


def parallelism_limit(env: Mapping[str, str]) -> int:
    """BACKFILL_MAX_PARALLELISM: how many workers a backfill may have at most, 4 unless set. Every worker is a pod with a
    Spark session, so this bounds what one run can take from the cluster."""
    text = env.get("BACKFILL_MAX_PARALLELISM", "").strip() or "4"
    if not text.isdecimal() or not 1 <= int(text) <= 32:
        raise SettingsError(f"BACKFILL_MAX_PARALLELISM is {text!r}; it must be a number from 1 to 32")
    return int(text)
