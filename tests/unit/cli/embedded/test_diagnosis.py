"""From a service's log to what a person can do."""

from pathlib import Path

import pytest

from emotionstream.cli.embedded.diagnosis import explain


@pytest.mark.parametrize(
    ("log", "advice"),
    [
        ("java.io.IOException: No space left on device", "the disk is full"),
        ("FATAL: could not write: No space left on device", "the disk is full"),
        ("java.net.BindException: Address already in use", "its port is taken"),
        ("java.lang.OutOfMemoryError: Java heap space", "EMOTIONSTREAM_EMBEDDED_KAFKA_HEAP_MB"),
        ("FATAL:  database files are incompatible with server", "Move the folder away"),
        ("FATAL:  could not map anonymous shared memory", "EMOTIONSTREAM_EMBEDDED_POSTGRES_BUFFERS_MB"),
    ],
)
def test_known_signs_give_advice(log: str, advice: str) -> None:
    """Each sign in the log is turned into what to do."""
    assert advice in str(explain("Kafka", Path("/data/kafka"), f"INFO all well\n{log}\n", "ended with status 1"))


def test_an_unknown_end_shows_the_logs_end() -> None:
    """Then the last lines are shown, and where the log is."""
    error = str(explain("Kafka", Path("/data/kafka"), "first\n" * 9 + "the last line", "ended with status 1"))
    assert "the last line" in error
    assert "/data/kafka/kafka.log" in error
