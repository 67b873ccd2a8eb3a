"""Seconds for Kafka's clients."""

from datetime import timedelta


def milliseconds(seconds: float) -> int:
    """Kafka's clients count in milliseconds."""
    return int(timedelta(seconds=seconds) / timedelta(milliseconds=1))
