"""The least rights on Kafka that each part works with. Pure.

Read and Write imply Describe (Kafka's authoriser), and Write on any topic allows an idempotent producer (KIP-679): what
is implied is not listed.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name


class Part(StrEnum):
    """Who reaches Kafka, each under a user of its own."""

    PUBLISHER = "publisher"
    FOLLOWER = "follower"
    WORKER = "worker"
    STATE = "state"
    RECORDER = "recorder"
    SUBSCRIBER = "subscriber"
    REPORTER = "reporter"
    ERASER = "eraser"
    OPERATOR = "operator"


ABOUT: Final = {
    Part.PUBLISHER: "publishes chat messages: ChatPublisher, `publish`",
    Part.FOLLOWER: "besides publishing, sees what comes back: `publish --follow`",
    Part.WORKER: "scores: `worker`",
    Part.STATE: "keeps learners' states: `state`",
    Part.RECORDER: "records: `recorder`",
    Part.SUBSCRIBER: "hears interventions: subscribe, `interventions tail`",
    Part.REPORTER: "answers whether they helped: report_outcome, `outcome`",
    Part.ERASER: "removes a learner: `erase`",
    Part.OPERATOR: "makes and compares topics: `topics`, `doctor`",
}


class Resource(StrEnum):
    """What a right is about, by the name of kafka-acls.sh's option."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional-id"


class Operation(StrEnum):
    """What may be done with it, by Kafka's name."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


@dataclass(frozen=True, slots=True)
class Right:
    """``operation`` on the resource of this name; ``prefixed``: on all whose names begin so."""

    operation: Operation
    resource: Resource
    name: str
    prefixed: bool = False


_READS: Final = {
    Part.FOLLOWER: (Topic.RESULTS, Topic.CHAT_DLQ),
    Part.WORKER: (Topic.CHAT,),
    Part.STATE: (Topic.RESULTS, Topic.LEARNERS_CHANGELOG),
    Part.RECORDER: tuple(topic for topic in Topic if topic is not Topic.LEARNERS_CHANGELOG),
    Part.SUBSCRIBER: (Topic.INTERVENTIONS,),
    Part.ERASER: (Topic.LEARNERS_CHANGELOG,),
}
_WRITES: Final = {
    Part.PUBLISHER: (Topic.CHAT,),
    Part.FOLLOWER: (Topic.CHAT,),
    Part.WORKER: (Topic.RESULTS, Topic.CHAT_DLQ),
    Part.STATE: (Topic.INTERVENTIONS, Topic.RESULTS_DLQ, Topic.LEARNERS_CHANGELOG),
    Part.REPORTER: (Topic.OUTCOMES,),
    # The marks of erasure, and nothing else.
    Part.ERASER: (Topic.CHAT, Topic.RESULTS),
}
_MEMBERS: Final = {Part.WORKER: Group.WORKER, Part.STATE: Group.STATE, Part.RECORDER: Group.RECORDER}


def rights(part: Part, topics: TopicSettings, groups: Sequence[str] = ()) -> list[Right]:
    """What ``part`` needs. ``groups``: names of a subscriber's consumer groups; without one it needs none."""
    return [
        *(Right(Operation.READ, Resource.TOPIC, topic_name(topic, topics)) for topic in _READS.get(part, ())),
        *(Right(Operation.WRITE, Resource.TOPIC, topic_name(topic, topics)) for topic in _WRITES.get(part, ())),
        *_group_rights(part, topics, groups),
        *_rights_of_tools(part, topics),
    ]


def _group_rights(part: Part, topics: TopicSettings, groups: Sequence[str]) -> Iterator[Right]:
    if part in _MEMBERS:
        yield Right(Operation.READ, Resource.GROUP, group_name(_MEMBERS[part], topics))
    if part is Part.WORKER:
        # Under DELIVERY=exactly_once: one transactional id for each input partition, `<group>-<partition>`.
        own = f"{group_name(Group.WORKER, topics)}-"
        yield Right(Operation.WRITE, Resource.TRANSACTIONAL_ID, own, prefixed=True)
    if part is Part.SUBSCRIBER:
        yield from (Right(Operation.READ, Resource.GROUP, group) for group in groups)


def _rights_of_tools(part: Part, topics: TopicSettings) -> Iterator[Right]:
    names = [topic_name(topic, topics) for topic in Topic]
    if part is Part.OPERATOR:
        for operation in (Operation.CREATE, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS):
            yield from (Right(operation, Resource.TOPIC, name) for name in names)
    if part is Part.ERASER:
        # How far the parts have come, and how long what cannot be taken out of a topic stays there.
        yield from (Right(Operation.DESCRIBE, Resource.GROUP, group_name(group, topics)) for group in _AWAITED)
        kept = (topic_name(topic, topics) for topic in Topic if topic is not Topic.LEARNERS_CHANGELOG)
        yield from (Right(Operation.DESCRIBE_CONFIGS, Resource.TOPIC, name) for name in kept)


_AWAITED: Final = (Group.WORKER, Group.STATE)


def command_lines(given: Sequence[Right], principal: str) -> list[str]:
    """Calls of kafka-acls.sh, few, that give these rights to ``principal``, such as ``User:worker``."""
    operations: dict[tuple[Resource, str, bool], list[Operation]] = {}
    for right in given:
        operations.setdefault((right.resource, right.name, right.prefixed), []).append(right.operation)
    names: dict[tuple[Resource, bool, tuple[Operation, ...]], list[str]] = {}
    for (resource, name, prefixed), allowed in operations.items():
        names.setdefault((resource, prefixed, tuple(allowed)), []).append(name)
    return [
        _command_line(principal, resource, allowed, found, prefixed)
        for (resource, prefixed, allowed), found in names.items()
    ]


def _command_line(
    principal: str, resource: Resource, operations: Sequence[Operation], names: Sequence[str], prefixed: bool
) -> str:
    words = [
        *("kafka-acls.sh", "--bootstrap-server", "$KAFKA_BOOTSTRAP_SERVERS", "--command-config", "admin.properties"),
        *("--add", "--allow-principal", principal),
        *(word for operation in operations for word in ("--operation", operation.value)),
        *(word for name in names for word in (f"--{resource.value}", name)),
        *(("--resource-pattern-type", "prefixed") if prefixed else ()),
    ]
    # The variable is for the shell to fill in.
    return " ".join(f'"{word}"' if word.startswith("$") else shlex.quote(word) for word in words)
