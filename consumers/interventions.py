"""The subscriber's SDK: interventions as they are raised.

::

    async with aclosing(subscribe(group="tutor-tool", min_level="moderate")) as raised:
        async for intervention in raised:
            show(intervention)

Whether it helped is reported with ``emotionstream.producers.outcomes.report_outcome``.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager

from emotionstream.consumers.reader import open_reader
from emotionstream.consumers.subscription import Subscription
from emotionstream.consumers.wanted import Wanted
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.events import Intervention
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name


@asynccontextmanager
async def open_subscription(
    *,
    group: str | None = None,
    min_level: InterventionLevel | str | None = None,
    levels: Collection[InterventionLevel | str] | None = None,
    users: Collection[str] | None = None,
    from_beginning: bool = False,
    kafka: KafkaSettings | None = None,
    topics: TopicSettings | None = None,
    settings: SubscriberSettings | None = None,
) -> AsyncIterator[Subscription]:
    """A subscription whose start is settled: what is raised from now on will be given.

    Without ``group``, every intervention is read and nothing is remembered in Kafka; members of a ``group`` share the
    learners and go on where the group committed. Settings that are not given are read from the environment.

    Raises:
        ServiceUnavailableError, SettingsError, TopicMismatchError: as ``open_reader`` says.
        SettingsError: ``group`` is blank, or one of the stream's own.
        ValueError: no such level.
    """
    chosen, named = settings or SubscriberSettings.load(), topics or TopicSettings.load()
    _check_group(group, named)
    subscription = Subscription(_wanted(min_level, levels, users), chosen, group)
    topic = topic_name(Topic.INTERVENTIONS, named)
    reader = open_reader(
        [topic],
        kafka or KafkaSettings.load(),
        chosen,
        group=group,
        from_beginning=from_beginning,
        listener=subscription,
    )
    async with reader as consumer:
        await subscription.start(consumer)
        try:
            yield subscription
        finally:
            await subscription.stop()


def _check_group(group: str | None, topics: TopicSettings) -> None:
    if group is None:
        return
    if not group.strip():
        raise SettingsError("the consumer group's name is blank: give it one, or none")
    if group in {group_name(own, topics) for own in Group}:
        raise SettingsError(
            f"{group!r} is a consumer group of the stream itself, which would lose its place: name another"
        )


def _wanted(
    min_level: InterventionLevel | str | None,
    levels: Collection[InterventionLevel | str] | None,
    users: Collection[str] | None,
) -> Wanted:
    return Wanted(
        min_level=None if min_level is None else InterventionLevel(min_level),
        levels=None if levels is None else frozenset(map(InterventionLevel, levels)),
        users=None if users is None else frozenset(users),
    )


async def subscribe(
    *,
    group: str | None = None,
    min_level: InterventionLevel | str | None = None,
    levels: Collection[InterventionLevel | str] | None = None,
    users: Collection[str] | None = None,
    from_beginning: bool = False,
    kafka: KafkaSettings | None = None,
    topics: TopicSettings | None = None,
    settings: SubscriberSettings | None = None,
) -> AsyncGenerator[Intervention]:
    """Interventions as they are raised, from now or from the beginning: ``open_subscription`` in one step.

    It begins when the first one is asked for. Close it (``contextlib.aclosing``) if you leave the loop early.
    """
    opened = open_subscription(
        group=group,
        min_level=min_level,
        levels=levels,
        users=users,
        from_beginning=from_beginning,
        kafka=kafka,
        topics=topics,
        settings=settings,
    )
    async with opened as subscription:
        async for intervention in subscription:
            yield intervention
