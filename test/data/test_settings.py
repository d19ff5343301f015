"""The mode and the schedule of validation: what is refused, and who validates when."""

import pytest
from lakehouse.settings import MODES, Settings, SettingsError, parallelism_limit


def env(mode: str, environment: str = "dev", schedule: str | None = None) -> dict[str, str]:
    made = {"VALIDATION_MODE": mode, "ENVIRONMENT": environment}
    return made if schedule is None else made | {"VALIDATION_SCHEDULE": schedule}


@pytest.mark.parametrize(
    ("given", "pipeline", "schedule"),
    [
        (env("always"), True, True),
        (env("skip"), False, False),
        (env("skip", "prod"), False, False),
        (env("production_only", "dev"), False, False),
        (env("production_only", "staging"), False, False),
        (env("production_only", "prod"), True, True),
        (env("scheduled", "dev", "0 6 * * *"), False, True),
    ],
)
def test_who_validates(given: dict[str, str], pipeline: bool, schedule: bool) -> None:
    settings = Settings.from_env(given)
    assert (settings.decide("pipeline").run, settings.decide("schedule").run) == (pipeline, schedule)
    assert settings.mode in settings.decide("pipeline").reason


@pytest.mark.parametrize("mode", ["", "Always", "alway", "production-only", "always,skip", "none", "true"])
def test_a_mode_with_a_typing_error_is_refused(mode: str) -> None:
    with pytest.raises(SettingsError, match="VALIDATION_MODE") as refused:
        Settings.from_env(env(mode))
    assert all(known in str(refused.value) for known in MODES)


def test_nothing_set_is_refused_with_all_faults_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({})
    assert str(refused.value).splitlines() == [
        "ENVIRONMENT is not set; it must be one of dev, staging, prod",
        "VALIDATION_MODE is not set; it must be one of always, skip, production_only, scheduled",
    ]


@pytest.mark.parametrize("good", ["0 6 * * *", "*/15 8-18 * * mon-fri", "0 0 1,15 * *", "@daily", "5 4 * jan 0"])
def test_schedules(good: str) -> None:
    assert Settings.from_env(env("scheduled", schedule=good)).schedule == good


@pytest.mark.parametrize(
    "bad",
    ["", "daily", "60 * * * *", "0 6 * *", "0 6 * * * *", "0 0 L * *", "0 0 * * 1#2", "@reboot", "every day", "0 25 * * *"],
)
def test_a_schedule_that_a_cronjob_or_airflow_would_not_understand_is_refused(bad: str) -> None:
    with pytest.raises(SettingsError, match="VALIDATION_SCHEDULE"):
        Settings.from_env(env("scheduled", schedule=bad))


def test_a_schedule_is_of_no_interest_in_other_modes() -> None:
    assert Settings.from_env(env("always", schedule="nonsense")).schedule is None


def test_parallelism_limit() -> None:
    assert parallelism_limit({}) == 4
    assert parallelism_limit({"BACKFILL_MAX_PARALLELISM": "12"}) == 12
    for bad in ("0", "33", "-1", "four", "1.5", "²"):
        with pytest.raises(SettingsError, match="BACKFILL_MAX_PARALLELISM"):
            parallelism_limit({"BACKFILL_MAX_PARALLELISM": bad})
