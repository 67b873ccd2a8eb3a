"""Kafka's client repeats itself; a person and a log need that once."""

import logging

from emotionstream.cli.chatter import AWAY, Chatter


def record(msg: str, at: float, *args: object, name: str = "aiokafka.consumer.fetcher") -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, "", 0, msg, args, None)
    made.created = at
    return made


def told(chatter: Chatter, *records: logging.LogRecord) -> list[str]:
    return [kept.getMessage() for item in records if (kept := chatter.heard(item)) is not None]


def test_a_broker_that_is_away_is_told_once() -> None:
    """Whatever the client tries, and however long it lasts; a second time after it was quiet."""
    tries = [
        record("Unable connect to node with id %s: %s", second, 1, "refused", name="aiokafka") for second in range(200)
    ]
    fetches = [record("Failed fetch messages from %s: %s", second, 1, "gone") for second in range(200)]
    chatter = Chatter(60)
    assert told(chatter, *(item for pair in zip(tries, fetches, strict=True) for item in pair)) == [AWAY]
    assert told(chatter, record("Unable to update metadata from %s", 300, [1])) == [AWAY]


def test_another_repeat_is_told_once_in_a_while_with_its_number() -> None:
    """Nothing is hidden for ever."""
    lines = [record("Auto offset commit failed: %s", second, "x") for second in range(61)]
    assert told(Chatter(60), *lines) == [
        "Auto offset commit failed: x",
        "Auto offset commit failed: x (and 59 more like it)",
    ]


def test_the_record_itself_and_other_loggers_stay_as_they_are() -> None:
    """Another handler gets what was logged."""
    mine = record("Unable connect to node with id %s: %s", 0, 1, "x", name="emotionstream.consumers")
    assert Chatter(60).heard(mine) is mine
    theirs = record("Unable connect to node with id %s: %s", 0, 1, "x")
    kept = Chatter(60).heard(theirs)
    assert kept is not None and kept.levelno == logging.WARNING
    assert theirs.getMessage() == "Unable connect to node with id 1: x"


def test_no_quiet_tells_everything_else() -> None:
    """0 seconds: every time."""
    assert len(told(Chatter(0), *(record("x", 0) for _ in range(3)))) == 3
