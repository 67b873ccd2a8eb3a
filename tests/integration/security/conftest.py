"""A guarded broker, with topics whose rights the parts have, each part under a user of its own."""

from collections.abc import Iterator

import pytest
from guarded_broker import ADMIN, GuardedKafka
from services import run_apart, running, service_folder, unique_topics

from emotionstream.cli.acl import Part, rights
from emotionstream.cli.acl_admin import give_rights
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.topics import TopicSettings

TUTORS = "tutors"


@pytest.fixture(scope="session")
def guarded() -> Iterator[GuardedKafka]:
    """The broker."""
    with service_folder() as folder, running(GuardedKafka(EmbeddedSettings(folder=folder))) as service:
        yield service


@pytest.fixture
def topics(guarded: GuardedKafka) -> TopicSettings:
    """Topics of this test's own, with every part's rights."""
    return made(guarded)


@pytest.fixture(scope="session")
def untouched(guarded: GuardedKafka) -> TopicSettings:
    """Topics for tests in which nothing gets as far as to them."""
    return made(guarded)


def made(guarded: GuardedKafka) -> TopicSettings:
    """New topics, made by the operator; each part has its rights to them, as `topics acl` says."""
    settings = unique_topics()
    groups = [f"{settings.prefix}{TUTORS}"]
    given = [(f"User:{part}", right) for part in Part for right in rights(part, settings, groups)]
    run_apart(give_rights(guarded.as_user(ADMIN), given))
    run_apart(apply_topics(guarded.as_user(Part.OPERATOR), settings))
    return settings
