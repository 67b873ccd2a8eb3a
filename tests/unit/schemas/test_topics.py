"""The topic catalogue."""

from emotionstream.schemas.events import ChatMessage, Intervention
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, catalogue, group_name, topic_name

SETTINGS = TopicSettings(prefix="school.", partitions=12, replication_factor=3, min_insync_replicas=2)


def test_every_topic_is_in_the_catalogue_under_its_prefix() -> None:
    """Two installations on one broker share no topic."""
    specs = catalogue(SETTINGS)
    assert set(specs) == set(Topic)
    assert all(spec.name == f"school.{topic.value}" == topic_name(topic, SETTINGS) for topic, spec in specs.items())
    assert len({spec.name for spec in specs.values()}) == len(Topic)


def test_all_topics_have_the_same_partitions_and_key() -> None:
    """A learner's records are in the same partition number from end to end."""
    specs = catalogue(SETTINGS).values()
    assert {(spec.partitions, spec.replication_factor, spec.key) for spec in specs} == {(12, 3, "user_id")}
    assert {spec.config["min.insync.replicas"] for spec in specs} == {"2"}


def test_only_chat_takes_the_brokers_clock() -> None:
    """The chat log's own time orders logs that were made anew; results keep the writer's time."""
    kinds = {topic: spec.config["message.timestamp.type"] for topic, spec in catalogue(SETTINGS).items()}
    assert [topic for topic, kind in kinds.items() if kind == "LogAppendTime"] == [Topic.CHAT]


def test_only_the_changelog_is_compacted() -> None:
    """Events are kept for a time, the table's changelog for ever, newest value of each key."""
    configs = {topic: spec.config for topic, spec in catalogue(SETTINGS).items()}
    compacted = [topic for topic, config in configs.items() if config["cleanup.policy"] == "compact"]
    assert compacted == [Topic.LEARNERS_CHANGELOG]
    assert "retention.ms" not in configs[Topic.LEARNERS_CHANGELOG]


def test_the_changelog_is_compacted_in_small_segments() -> None:
    """The newest segment is never compacted and is read at every start: Kafka's 1 GB would take the stage too long."""
    configs = {topic: spec.config for topic, spec in catalogue(TopicSettings()).items()}
    assert int(configs[Topic.LEARNERS_CHANGELOG].pop("segment.bytes")) <= 16 * 1024 * 1024
    assert not [topic for topic, config in configs.items() if "segment.bytes" in config]


def test_retention_comes_from_the_settings() -> None:
    """Hours become milliseconds; text is kept shortest by default."""
    specs = catalogue(TopicSettings(chat_retention_hours=1))
    assert specs[Topic.CHAT].config["retention.ms"] == "3600000"
    kept = {topic: int(spec.config.get("retention.ms", 0)) for topic, spec in catalogue(TopicSettings()).items()}
    assert kept[Topic.CHAT] < kept[Topic.RESULTS] < kept[Topic.INTERVENTIONS]


def test_nothing_stays_much_longer_than_its_retention() -> None:
    """Kafka drops whole segments: one of a week, its default, would double what chat is promised."""
    for topic, spec in catalogue(TopicSettings()).items():
        if topic is Topic.LEARNERS_CHANGELOG:
            assert int(spec.config["max.compaction.lag.ms"]) == 7 * 24 * 3_600_000
        else:
            assert 7 * int(spec.config["segment.ms"]) <= int(spec.config["retention.ms"])


def test_topics_know_their_event() -> None:
    """Schemas and the AsyncAPI document are made from this."""
    specs = catalogue(SETTINGS)
    assert specs[Topic.CHAT].event is ChatMessage
    assert specs[Topic.INTERVENTIONS].event is Intervention
    assert specs[Topic.CHAT_DLQ].event is None


def test_groups_have_the_prefix_too() -> None:
    """Two installations on one broker share no group; the changelog's name follows from the state stage's."""
    assert group_name(Group.WORKER, SETTINGS) == "school.emotionstream-worker"
    assert topic_name(Topic.LEARNERS_CHANGELOG, SETTINGS) == f"{group_name(Group.STATE, SETTINGS)}-learners-changelog"
