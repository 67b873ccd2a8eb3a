"""`emotionstream topics acl --apply` on a broker that asks who is there."""

import json
import os

import pytest
from command import run
from guarded_broker import ADMIN, GuardedKafka
from services import unique_topics

from emotionstream.cli.acl import Part
from emotionstream.cli.topics_admin import TopicStatus, apply_topics, plan_topics
from emotionstream.schemas.errors import ServiceUnavailableError, TopicMismatchError


async def test_rights_are_given_by_who_may_and_may_be_given_again(guarded: GuardedKafka) -> None:
    """An administrator gives the operator its rights, twice; then, and not before, it makes the topics."""
    topics = unique_topics()
    operator = guarded.as_user(Part.OPERATOR)
    with pytest.raises(TopicMismatchError):
        await apply_topics(operator, topics)
    env = {**os.environ, **guarded.as_user(ADMIN).env(), **topics.env()}
    for _ in range(2):
        ended = await run("topics", "acl", "--part", "operator", "--apply", "--json", env=env)
        assert ended.code == 0, ended.err
        told = json.loads(ended.out)
        assert told["applied"] and {right["principal"] for right in told["rights"]} == {"User:operator"}
    await apply_topics(operator, topics)
    assert {entry.status for entry in await plan_topics(operator, topics)} == {TopicStatus.FITS}


async def test_who_may_not_give_rights_is_told(guarded: GuardedKafka) -> None:
    """One line that says what it takes, and exit code 4."""
    env = {**os.environ, **guarded.as_user(Part.WORKER).env()}
    ended = await run("topics", "acl", "--part", "worker", "--apply", env=env)
    assert ended.code == 4
    assert "Alter on Cluster" in ended.err


async def test_a_broker_without_an_authoriser_says_so(kafka: str) -> None:
    """There is nothing to give where everybody may do everything."""
    ended = await run("topics", "acl", "--apply", env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": kafka})
    assert ended.code == 4
    assert "authoriser" in ended.err


async def test_a_wrong_password_is_refused(guarded: GuardedKafka) -> None:
    """No client says which of user and password is wrong; nothing hangs."""
    with pytest.raises(ServiceUnavailableError):
        await plan_topics(
            guarded.as_user(Part.OPERATOR).model_copy(update={"sasl_username": "worker"}), unique_topics()
        )
