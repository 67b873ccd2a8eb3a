"""Impossible worker settings are refused with what to do."""

import pytest

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.worker import WorkerSettings


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"EMOTIONSTREAM_WORKER_REVOKE_SECONDS": "60"}, "revoke_seconds must be below rebalance_seconds"),
        ({"EMOTIONSTREAM_WORKER_HEARTBEAT_SECONDS": "20"}, "heartbeat_seconds must be below session_seconds"),
        ({"EMOTIONSTREAM_WORKER_ABANDON_SECONDS": "1"}, "abandon_seconds must not be below stall_seconds"),
        ({"EMOTIONSTREAM_WORKER_MEMORY_SECONDS": "240"}, "memory_seconds must be below abandon_seconds"),
        ({"EMOTIONSTREAM_WORKER_MAX_CONCURRENT": "0"}, "EMOTIONSTREAM_WORKER_MAX_CONCURRENT"),
        ({"EMOTIONSTREAM_WORKER_MAX_CONCURENT": "9"}, "did you mean EMOTIONSTREAM_WORKER_MAX_CONCURRENT"),
    ],
)
def test_an_impossible_setting_is_refused(environ: dict[str, str], told: str) -> None:
    """The error names the setting and what is wrong with it."""
    with pytest.raises(SettingsError, match=told):
        WorkerSettings.load(environ)


def test_the_defaults_are_as_promised() -> None:
    """At most 1,000 analyses in flight; three failures open the breaker for 30 s, and five probes close it."""
    settings = WorkerSettings.load({})
    assert settings.max_concurrent == 1_000
    assert (settings.breaker_failures, settings.breaker_open_seconds, settings.breaker_probes) == (3, 30.0, 5)
