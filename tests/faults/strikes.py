"""Faults of the parts: killed, stopped, suspended, failing on purpose, and members that come and go."""

import asyncio
import signal
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer
from faults.scene import RECORDER, SESSION_SECONDS, WORKER, Scene
from waiting import until

from emotionstream.consumers.member import member
from emotionstream.schemas.settings.faults import FaultAction, FaultPoint, FaultSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name

FENCED_SECONDS = SESSION_SECONDS + 3.0


async def nothing(scene: Scene) -> None:
    """The load itself is the fault."""
    await asyncio.sleep(2 if scene.short else 6)


async def kill_at_random(scene: Scene) -> None:
    """1: kill -9 of workers at random."""
    for _ in range(3 if scene.short else 6):
        await scene.moment(0.3, 2.0)
        scene.dice.choice(scene.crew.of("worker")).send(signal.SIGKILL)


async def roll(scene: Scene) -> None:
    """2: every part is told to stop, one after the other, and started again."""
    for part in list(scene.crew.parts.values()):
        await scene.moment(0.2, 1.0)
        began = time.monotonic()
        code = await part.stop()
        scene.notes.append(f"{part.name} stopped in {time.monotonic() - began:.1f} s")
        if code != 0:
            scene.faults.append(f"{part.name} ended with {code} on SIGTERM")
        await part.start()
        await scene.moment(1.0, 2.5)


def sleeping(seed: int) -> FaultSettings:
    """Where the first worker suspends itself."""
    points = [FaultPoint.GATHERED, FaultPoint.OFFSETS, FaultPoint.ENDING]
    return FaultSettings(point=points[seed % 3], action=FaultAction.STOP, passes=8)


async def wake_late(scene: Scene) -> None:
    """3: a worker suspends itself inside a transaction; others take over; it goes on. And so does a state stage."""
    sleeper = scene.crew["worker-1"]
    await until(lambda: sleeper.suspended, seconds=60, pause=0.05)
    await asyncio.sleep(FENCED_SECONDS)
    sleeper.send(signal.SIGCONT)
    await asyncio.sleep(2)
    if scene.short:
        return
    stage = scene.crew["state-1"]
    ends = len(stage.exits)
    stage.send(signal.SIGSTOP)
    await asyncio.sleep(FENCED_SECONDS)
    stage.send(signal.SIGCONT)
    await asyncio.sleep(1)
    scene.notes.append(f"the suspended state stage ended with {stage.exits[ends:]}")
    if not stage.exits[ends:]:
        scene.faults.append("a state stage that had been suspended went on")


def points(short: bool) -> Sequence[FaultSettings]:
    """Each place where a worker may die, in the order of a transaction."""
    every = [
        FaultSettings(point=FaultPoint.SENT, passes=3),
        FaultSettings(point=FaultPoint.GATHERED, passes=3),
        FaultSettings(point=FaultPoint.OFFSETS, passes=3),
        FaultSettings(point=FaultPoint.ENDING, passes=3),
        FaultSettings(point=FaultPoint.ENDING, passes=3, delay_ms=1.5),
        FaultSettings(point=FaultPoint.ENDING, passes=3, delay_ms=6.0),
    ]
    return [every[1], every[4]] if short else every


async def die_inside(scene: Scene) -> None:
    """4: a worker is killed after the sends, the acknowledgements, the offsets, and after EndTxn was sent."""
    victim = scene.crew["worker-1"]
    for faults in points(scene.short):
        await victim.stop(signal.SIGTERM)
        await victim.start(**faults.env())
        code = await victim.until_end(90)
        if code != -signal.SIGKILL:
            scene.faults.append(f"the worker did not die at {faults.point}: {code}")
        scene.watch.healed()


async def die_acknowledged(scene: Scene) -> None:
    """A worker is killed between the acknowledgement of its results and the commit of its offsets."""
    victim = scene.crew["worker-1"]
    await victim.stop(signal.SIGTERM)
    await victim.start(**FaultSettings(point=FaultPoint.GATHERED, passes=3).env())
    await victim.until_end(90)


async def storm(scene: Scene) -> None:
    """10: members join the groups and leave again, faster than a rebalance settles."""
    groups = {Group.WORKER: [Topic.CHAT], Group.RECORDER: [Topic.CHAT, Topic.RESULTS, Topic.INTERVENTIONS]}
    for number in range(6 if scene.short else 14):
        group = (Group.WORKER, Group.RECORDER)[number % 2]
        await _come_and_go(scene, group, groups[group])
        if number == 3:
            await scene.crew.add("state-2")
            await scene.crew.add("worker-9")
    await scene.crew["state-2"].stop()
    await scene.crew["worker-9"].stop()
    scene.watch.healed()


async def _come_and_go(scene: Scene, group: Group, topics: Sequence[Topic]) -> None:
    settings = {Group.WORKER: WORKER, Group.RECORDER: RECORDER}[group]
    guest: AIOKafkaConsumer = member(scene.cluster.kafka, group_name(group, scene.topics), settings)
    guest.subscribe([topic_name(topic, scene.topics) for topic in topics])
    await guest.start()
    try:
        await scene.moment(0.3, 1.5)
    finally:
        await guest.stop()
