"""A right that is missing, of all that a part needs, is said at once: it must not pass for "nothing there"."""

import asyncio
from contextlib import suppress

import pytest
from guarded_broker import ADMIN, GuardedKafka
from services import run_apart, unique_topics
from state_policies import random_results
from state_streams import EAGER, POLICY, TABLE, publish
from state_streams import running as keeping
from waiting import until

from emotionstream.cli.acl import Operation, Part, Resource, Right, rights
from emotionstream.cli.acl_admin import give_rights
from emotionstream.cli.erase import EraseConfig, erase
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.schemas.errors import EmotionStreamError, ServiceUnavailableError
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name
from emotionstream.state.stage import StateConfig, StateStage

USER = "stranger"


def all_but(guarded: GuardedKafka, part: Part, operation: Operation, resource: Resource, name: str) -> TopicSettings:
    """New topics; ``USER`` has the rights of ``part`` to them, but for that one. ``name``: without the prefix."""
    topics = unique_topics()
    missing = Right(operation, resource, topics.prefix + name)
    needed = rights(part, topics)
    assert missing in needed
    given = [(f"User:{USER}", right) for right in needed if right != missing]
    run_apart(apply_topics(guarded.as_user(ADMIN), topics))
    run_apart(give_rights(guarded.as_user(ADMIN), given))
    return topics


@pytest.mark.parametrize(
    ("operation", "resource", "name"),
    [
        (Operation.READ, Resource.TOPIC, Topic.LEARNERS_CHANGELOG),
        (Operation.WRITE, Resource.TOPIC, Topic.RESULTS),
        (Operation.DESCRIBE, Resource.GROUP, Group.STATE),
        (Operation.DESCRIBE_CONFIGS, Resource.TOPIC, Topic.OUTCOMES),
    ],
)
async def test_nothing_is_proven_without_looking(
    guarded: GuardedKafka, database: str, operation: Operation, resource: Resource, name: str
) -> None:
    """An eraser who may not look at something ends with an error, and never with "nothing is left"."""
    topics = all_but(guarded, Part.ERASER, operation, resource, name)
    config = EraseConfig(guarded.as_user(USER), topics, DatabaseSettings(url=database), HistorySettings(), 0)
    with pytest.raises(ServiceUnavailableError, match="topics acl --part eraser"):
        await erase("ada", config)


async def test_a_stage_that_may_not_join_its_group_says_so(guarded: GuardedKafka) -> None:
    """Faust would try for ever."""
    topics = all_but(guarded, Part.STATE, Operation.READ, Resource.GROUP, Group.STATE)
    with pytest.raises(ServiceUnavailableError, match=group_name(Group.STATE, topics)):
        await stage(guarded, topics, USER).serve(asyncio.Event())


async def test_a_stage_that_may_not_read_its_changelog_does_not_begin_with_an_empty_table(
    guarded: GuardedKafka,
) -> None:
    """It would forget every learner, and write new states over the old ones."""
    topics = all_but(guarded, Part.STATE, Operation.READ, Resource.TOPIC, Topic.LEARNERS_CHANGELOG)
    results = random_results(20, ["user-0"])
    await publish(guarded.bootstrap_servers, topics, results)
    async with keeping(stage(guarded, topics, ADMIN)) as first:
        await until(lambda: first.learners().keys() == {"user-0"})
    blind, stop = stage(guarded, topics, USER), asyncio.Event()
    serving = asyncio.create_task(blind.serve(stop))
    with suppress(TimeoutError):
        await until(lambda: blind.ready().ok or serving.done(), seconds=60)
    ready = blind.ready().ok
    stop.set()
    with pytest.raises(EmotionStreamError, match=topic_name(Topic.LEARNERS_CHANGELOG, topics)):
        await serving
    assert not ready


def stage(guarded: GuardedKafka, topics: TopicSettings, user: str) -> StateStage:
    """A state stage as ``user``."""
    return StateStage(StateConfig(guarded.as_user(user), topics, EAGER, TABLE), POLICY)
