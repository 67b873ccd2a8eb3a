"""Comparing a topic with the catalogue."""

from emotionstream.cli.topics_admin import Existing, TopicStatus, _until_brokers, compare
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, catalogue

SPEC = catalogue(TopicSettings())[Topic.CHAT]


def test_a_topic_that_is_not_there_is_missing() -> None:
    """Nothing to compare with."""
    assert compare(SPEC, None).status is TopicStatus.MISSING


def test_what_the_catalogue_does_not_speak_of_is_the_operators() -> None:
    """Other settings on the broker make no difference."""
    existing = Existing(SPEC.partitions, SPEC.config | {"segment.bytes": "1000"})
    assert compare(SPEC, existing).status is TopicStatus.FITS


def test_each_difference_is_named_with_both_values() -> None:
    """Partitions and settings alike: what, as it is, as it should be."""
    existing = Existing(SPEC.partitions + 1, SPEC.config | {"cleanup.policy": "compact"})
    plan = compare(SPEC, existing)
    assert plan.status is TopicStatus.DIFFERS
    assert plan.differences == (("partitions", "7", "6"), ("cleanup.policy", "compact", "delete"))


class Waking:
    """Kafka's admin client where the only broker has not registered again yet: at the second look it is there."""

    def __init__(self) -> None:
        self._client = self.cluster = self
        self.looks = 0

    def brokers(self) -> set[int]:
        """Those that Kafka lists."""
        return {1} if self.looks > 1 else set()

    async def force_metadata_update(self) -> None:
        """Ask it again."""
        self.looks += 1


async def test_a_broker_that_wakes_up_is_waited_for() -> None:
    """It answers before it lists itself; whoever asks it for topics then is sent to no broker at all."""
    client = Waking()
    await _until_brokers(client)
    assert client.looks == 2
