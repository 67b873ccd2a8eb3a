"""What the broker says of the topics that a reader needs."""

from typing import Any

import pytest
from aiokafka.errors import LeaderNotAvailableError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError

from emotionstream.consumers.reader import judge_topics
from emotionstream.schemas.errors import ServiceUnavailableError, TopicMismatchError


def topic(name: str, partitions: int = 2, error: int = 0) -> dict[str, Any]:
    """A topic as the broker describes it."""
    return {"topic": name, "error_code": error, "partitions": [{"partition": p} for p in range(partitions)]}


def test_topics_that_are_there_pass() -> None:
    """Without an error nothing is raised; partitions are compared only where that is asked for."""
    judge_topics([topic("a"), topic("b")], same_partitions=True)
    judge_topics([topic("a", 2), topic("b", 3)])


def test_missing_topics_are_named_together() -> None:
    """All that are missing, and what to do."""
    gone = UnknownTopicOrPartitionError.errno
    with pytest.raises(TopicMismatchError, match=r"a, c .*topics apply"):
        judge_topics([topic("a", 0, gone), topic("b"), topic("c", 0, gone)])


def test_missing_rights_are_no_silence() -> None:
    """A topic that this user may not see is an error at the start, not a consumer that waits for ever."""
    with pytest.raises(ServiceUnavailableError, match="TopicAuthorizationFailedError"):
        judge_topics([topic("a"), topic("b", 0, TopicAuthorizationFailedError.errno)])


def test_a_leader_that_is_being_elected_is_waited_for() -> None:
    """It passes by itself, so it neither ends the reader nor counts as a topic of no partitions."""
    judge_topics([topic("a"), topic("b", 0, LeaderNotAvailableError.errno)], same_partitions=True)


def test_partition_counts_that_differ_are_told() -> None:
    """A learner's order needs equal counts from topic to topic."""
    with pytest.raises(TopicMismatchError, match="a: 2, b: 3"):
        judge_topics([topic("a", 2), topic("b", 3)], same_partitions=True)
