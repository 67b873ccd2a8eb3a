"""The least rights of each part, and how they are printed."""

import shlex

import pytest

from emotionstream.cli.acl import ABOUT, Operation, Part, Resource, Right, command_lines, rights
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic

TOPICS = TopicSettings(prefix="school.")
CHAT, RESULTS, LETTERS = "school.chat.messages.v1", "school.emotion.results.v1", "school.chat.messages.v1.dlq"


def test_the_worker_reads_chat_and_writes_what_follows() -> None:
    """Its group and its transactional ids are its own; nothing else."""
    assert rights(Part.WORKER, TOPICS) == [
        Right(Operation.READ, Resource.TOPIC, CHAT),
        Right(Operation.WRITE, Resource.TOPIC, RESULTS),
        Right(Operation.WRITE, Resource.TOPIC, LETTERS),
        Right(Operation.READ, Resource.GROUP, "school.emotionstream-worker"),
        Right(Operation.WRITE, Resource.TRANSACTIONAL_ID, "school.emotionstream-worker-", prefixed=True),
    ]


@pytest.mark.parametrize("part", list(Part))
def test_each_right_is_said_once_and_stays_in_the_installation(part: Part) -> None:
    """No part may reach another installation's topics on the same broker, and none needs rights on the cluster."""
    found = rights(part, TOPICS)
    assert found
    assert len(set(found)) == len(found)
    assert all(right.name.startswith("school.") for right in found)
    assert ABOUT[part]


def test_text_is_read_by_few() -> None:
    """Of the topics that hold what learners wrote: worker and recorder, and who follows what it published itself."""
    readers = {topic: set[Part]() for topic in (Topic.CHAT, Topic.CHAT_DLQ)}
    for topic, found in readers.items():
        right = Right(Operation.READ, Resource.TOPIC, f"school.{topic}")
        found |= {part for part in Part if right in rights(part, TOPICS)}
    assert readers == {
        Topic.CHAT: {Part.WORKER, Part.RECORDER},
        Topic.CHAT_DLQ: {Part.FOLLOWER, Part.RECORDER},
    }


def test_a_subscriber_names_its_groups() -> None:
    """Without a group it needs no right to any."""
    alone, grouped = (rights(Part.SUBSCRIBER, TOPICS, groups) for groups in ((), ("school.tutors", "school.board")))
    assert not [right for right in alone if right.resource is Resource.GROUP]
    assert [right.name for right in grouped if right.resource is Resource.GROUP] == ["school.tutors", "school.board"]


def test_calls_are_few_and_quoted_for_a_shell() -> None:
    """Equal rights on several resources are one call; the variable is left to the shell."""
    lines = command_lines(rights(Part.OPERATOR, TOPICS), "User:CN=op, O=A School")
    assert len(lines) == 1
    assert '--bootstrap-server "$KAFKA_BOOTSTRAP_SERVERS"' in lines[0]
    words = shlex.split(lines[0])
    assert words[words.index("--allow-principal") + 1] == "User:CN=op, O=A School"
    assert words.count("--topic") == len(Topic)
    assert [words[n + 1] for n, word in enumerate(words) if word == "--operation"] == [
        "Create",
        "Describe",
        "DescribeConfigs",
    ]


def test_a_prefix_is_a_pattern() -> None:
    """Rights on all transactional ids that begin so are a call of their own."""
    last = command_lines(rights(Part.WORKER, TOPICS), "User:w")[-1]
    assert last.endswith("--transactional-id school.emotionstream-worker- --resource-pattern-type prefixed")
