"""How a recorder says that it is well, before it serves."""

import time

import pytest
from prometheus_client import generate_latest

from emotionstream.consumers.recorder.service import Recorder, RecorderConfig
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.recorder import RecorderSettings
from emotionstream.schemas.settings.topics import TopicSettings


def recorder(**settings: float) -> Recorder:
    """A recorder that has not been started."""
    return Recorder(
        RecorderConfig(
            kafka=KafkaSettings(),
            topics=TopicSettings(),
            database=DatabaseSettings(),
            history=HistorySettings(),
            intake=IntakeSettings(),
            recorder=RecorderSettings.load({}, **settings),
        )
    )


def test_a_recorder_without_partitions_is_alive_and_not_ready() -> None:
    """Nothing is sent to it yet, and nothing is wrong with it."""
    part = recorder()
    assert part.live().ok
    assert not part.ready().ok
    assert "partitions" in part.ready().why


def test_a_loop_that_does_not_turn_is_not_alive() -> None:
    """Only a new process helps then, and the reason says for how long."""
    part = recorder(stall_seconds=0.01)
    time.sleep(0.02)
    assert not part.live().ok
    assert "moved" in part.live().why


def test_metrics_are_there_before_the_first_record() -> None:
    """A scrape of a recorder that has done nothing names its metrics; two recorders in a process do not clash."""
    recorder()
    told = generate_latest(recorder().registry).decode()
    for name in ("records", "rows", "rejects", "write_seconds", "database_up", "database_away", "lag"):
        assert f"emotionstream_recorder_{name}" in told


def test_waits_that_shrink_are_refused() -> None:
    """The longest wait between tries cannot be below the first."""
    with pytest.raises(SettingsError, match="retry_longest_seconds"):
        recorder(retry_first_seconds=9.0, retry_longest_seconds=1.0)
