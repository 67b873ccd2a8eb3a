"""What the client's errors mean."""

import pytest
from aiokafka import errors

from emotionstream.producers.connection import publish_failure
from emotionstream.schemas.errors import EmotionStreamError, InvalidMessageError, PublishError, TopicMismatchError


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (errors.MessageSizeTooLargeError(), InvalidMessageError),
        (errors.UnknownTopicOrPartitionError(), TopicMismatchError),
        (errors.TopicAuthorizationFailedError(), PublishError),
        (errors.KafkaTimeoutError(), PublishError),
        (errors.OutOfOrderSequenceNumber(), PublishError),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_each_failure_says_what_to_do(error: errors.KafkaError, meaning: type[EmotionStreamError]) -> None:
    """The client's class is named, for whoever searches for it, and the remedy stands after a colon."""
    told = publish_failure(error)
    assert type(told) is meaning
    assert ": " in str(told)
