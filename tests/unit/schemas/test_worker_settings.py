"""Impossible worker settings are refused with what to do."""

import pytest

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"EMOTIONSTREAM_WORKER_REVOKE_SECONDS": "60"}, "revoke_seconds must be below rebalance_seconds"),
        ({"EMOTIONSTREAM_WORKER_HEARTBEAT_SECONDS": "20"}, "heartbeat_seconds must be below session_seconds"),
        ({"EMOTIONSTREAM_WORKER_TRANSACTION_SECONDS": "10"}, "transaction_seconds must be below session_seconds"),
        ({"EMOTIONSTREAM_WORKER_SESSION_SECONDS": "4"}, "transaction_seconds must be below session_seconds"),
        ({"DELIVERY": "maybe_once"}, "EMOTIONSTREAM_WORKER_DELIVERY='maybe_once'"),
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


@pytest.mark.parametrize(
    ("environ", "delivery"),
    [
        ({}, Delivery.AT_LEAST_ONCE),
        ({"EMOTIONSTREAM_WORKER_DELIVERY": "exactly_once"}, Delivery.EXACTLY_ONCE),
        ({"DELIVERY": "exactly_once"}, Delivery.EXACTLY_ONCE),
        ({"DELIVERY": "exactly_once", "EMOTIONSTREAM_WORKER_DELIVERY": "at_least_once"}, Delivery.AT_LEAST_ONCE),
        ({"DELIVERY": "exactly_once", "EMOTIONSTREAM_WORKER_DELIVERY": ""}, Delivery.EXACTLY_ONCE),
    ],
)
def test_the_delivery_has_a_plain_name_too(environ: dict[str, str], delivery: Delivery) -> None:
    """DELIVERY is read where the worker's own variable is not set, and travels to a child under that one."""
    settings = WorkerSettings.load(environ)
    assert settings.delivery is delivery
    assert WorkerSettings.load(settings.env()) == settings
