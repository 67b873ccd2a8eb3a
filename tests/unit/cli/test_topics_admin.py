"""Comparing a topic with the catalogue."""

from emotionstream.cli.topics_admin import Existing, TopicStatus, compare
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
