"""Faults of Kafka: refusals, brokers that die, and a network that is slow and breaks."""

import asyncio
import signal

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from faults.brokers import Broker
from faults.scene import Scene

from emotionstream.schemas.topics import Group, Topic, catalogue, group_name, topic_name

TINY = 100
"""Bytes of the largest record batch, while a topic refuses everything."""
DEAD_SECONDS = 3.0
DELAYS = (0.0, 0.05, 0.15, 0.3)
"""Seconds in each direction."""


async def set_limit(scene: Scene, topic: Topic, limit: int | None) -> None:
    """The largest record batch that ``topic`` takes; None: as the catalogue has it."""
    spec = catalogue(scene.topics)[topic]
    # An answer to this call sets every other setting back to its default: name them all.
    config = spec.config if limit is None else {**spec.config, "max.message.bytes": str(limit)}
    admin = AIOKafkaAdminClient(**scene.cluster.kafka.client_options())
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, spec.name, configs=config)])
    finally:
        await admin.close()


async def refuse(scene: Scene) -> None:
    """5: Kafka refuses the dead letters inside the worker's transactions, then the state stage's changelog."""
    await set_limit(scene, Topic.CHAT_DLQ, TINY)
    await asyncio.sleep(3)
    await set_limit(scene, Topic.CHAT_DLQ, None)
    await scene.moment(1, 2)
    await refuse_changelog(scene)


async def refuse_changelog(scene: Scene) -> None:
    """States that Kafka does not take, and then the only memory of them is gone too."""
    await set_limit(scene, Topic.LEARNERS_CHANGELOG, TINY)
    await asyncio.sleep(4)
    scene.crew["state-1"].send(signal.SIGKILL)
    await set_limit(scene, Topic.LEARNERS_CHANGELOG, None)
    scene.watch.healed()


async def kill_leaders(scene: Scene) -> None:
    """6: kill -9 of a partition's leader, of a transaction coordinator, of the controller."""
    cluster, topics = scene.cluster, scene.topics
    transactional_id = f"{group_name(Group.WORKER, topics)}-0"
    for what in ("leader",) if scene.short else ("leader", "transaction coordinator", "controller"):
        if what == "leader":
            node = await cluster.leader(topic_name(Topic.RESULTS, topics), 0)
        elif what == "controller":
            node = cluster.controller()
        else:
            node = await cluster.transaction_coordinator(transactional_id)
        cluster.broker(node).kill()
        await asyncio.sleep(DEAD_SECONDS)
        await cluster.broker(node).restart()
        await cluster.in_sync(topics)
        await scene.moment(0.5, 1.5)
        scene.notes.append(f"killed the {what}: node {node}")


async def bounce(scene: Scene) -> None:
    """7: every broker is stopped and started again, one after the other; then all parts start while one is down."""
    brokers = list(scene.cluster.brokers)
    scene.dice.shuffle(brokers)
    for broker in brokers:
        await broker.restart()
        await scene.cluster.in_sync(scene.topics)
    await _start_without(scene, scene.dice.choice(brokers))
    # And all of them at once: nothing can go on until two are back.
    await asyncio.gather(*(broker.restart() for broker in brokers))
    await scene.cluster.in_sync(scene.topics)
    scene.watch.healed()


async def _start_without(scene: Scene, broker: Broker) -> None:
    broker.kill()
    await asyncio.sleep(DEAD_SECONDS)
    parts = list(scene.crew.parts.values())
    await asyncio.gather(*(part.stop(signal.SIGTERM) for part in parts))
    before = len(scene.tally.results)
    await asyncio.gather(*(part.start() for part in parts))
    await asyncio.sleep(15)
    if len(scene.tally.results) == before:
        scene.faults.append("nothing was scored while one broker was down")
    await broker.restart()
    await scene.cluster.in_sync(scene.topics)


async def bad_network(scene: Scene) -> None:
    """8: connections become slow, break, and are refused for a while."""
    proxies = scene.cluster.proxies
    scene.notes.append(f"{sum(proxy.connections for proxy in proxies)} connections through the proxies")
    try:
        for _ in range(4 if scene.short else 10):
            for proxy in proxies:
                proxy.delay = scene.dice.choice(DELAYS)
            await scene.moment(0.5, 2)
            scene.dice.choice(proxies).cut()
        closed = scene.dice.choice(proxies)
        closed.open = False
        closed.cut()
        await asyncio.sleep(DEAD_SECONDS)
        closed.open = True
    finally:
        for proxy in proxies:
            proxy.open, proxy.delay = True, 0.0
    scene.watch.healed()


async def far_away(scene: Scene) -> None:
    """9: at 300 ms there and back the state stage is killed, and another is started elsewhere; and once more."""
    try:
        for proxy in scene.cluster.proxies:
            proxy.delay = 0.15
        await scene.moment(2, 4)
        for number in range(1, 2 if scene.short else 3):
            await scene.crew[f"state-{number}"].stop(signal.SIGKILL)
            await scene.crew.add(f"state-{number + 1}")
            await asyncio.sleep(10 if scene.short else 18)
    finally:
        for proxy in scene.cluster.proxies:
            proxy.delay = 0.0
