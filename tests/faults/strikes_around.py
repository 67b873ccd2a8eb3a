"""Faults around the parts: the database, the device, the clock."""

import asyncio
import signal

from faults.load import WEEK
from faults.part import BATCHES, JUMP_SECONDS
from faults.scene import Cast, Scene
from waiting import until

AWAY_SECONDS = 60.0
"""The database is away for so long: a stand-in for an hour."""
SHORT_AWAY_SECONDS = 3.0
GROWTH_BYTES = 24 * 1024 * 1024
"""More than this may a recorder not grow while it waits."""
DIES_UNCOMMITTED = {"recorder-1": {BATCHES: "12"}}
"""The recorder kills itself between the database's commit and Kafka's."""
SCORED_BEFORE = 150
"""Results that may be on their way when the device fails: two turns of each worker."""
DEVICE_FAULTS = ("fails", "hangs", "memory")


async def lose_database(scene: Scene) -> None:
    """11: PostgreSQL is killed and comes back, its disk fills and is emptied, and the recorder is killed."""
    recorder = scene.crew["recorder-1"]
    away = SHORT_AWAY_SECONDS if scene.short else AWAY_SECONDS
    scene.base.kill()
    await asyncio.sleep(2)
    await until(lambda: recorder.runs, seconds=10)
    before, rows = recorder.memory, scene.watch.rows
    await asyncio.sleep(away)
    growth = recorder.memory - before
    scene.notes.append(f"database away for {away:.0f} s: the recorder grew by {growth / 1024 / 1024:.1f} MiB")
    if growth > GROWTH_BYTES:
        scene.faults.append(f"the recorder grew by {growth} bytes while the database was away")
    await scene.base.restart()
    scene.watch.healed()
    await scene.moment(3, 4)
    if scene.watch.rows == rows:
        scene.notes.append("no row within 4 s of the database's return")
    await _fill_disk(scene, 2.0 if scene.short else 10.0)
    await scene.moment(1, 2)
    recorder.send(signal.SIGKILL)
    await asyncio.sleep(2)


async def _fill_disk(scene: Scene, seconds: float) -> None:
    if scene.disk is None:
        scene.notes.append("disk full: not tried, we may not mount a small disk here")
        return
    await asyncio.to_thread(scene.disk.fill)
    await asyncio.sleep(seconds)
    full = scene.watch.rows
    await asyncio.sleep(1.5)
    if scene.watch.rows != full:
        scene.notes.append("rows were still kept while the disk was full")
    scene.disk.free()
    scene.watch.healed()


async def break_device(scene: Scene) -> None:
    """13: the device fails, hangs, and has no memory; each for a while, in an order by the dice."""
    order = list(DEVICE_FAULTS)
    scene.dice.shuffle(order)
    for how in order:
        scene.device.write_text(how, encoding="ascii")
        await asyncio.sleep(1.5)  # What was scored before is delivered.
        before = len(scene.tally.results)
        await asyncio.sleep(2 if scene.short else 5)
        if how != "memory" and len(scene.tally.results) > before + SCORED_BEFORE:
            scene.faults.append(f"results came from a device that {how}")
        scene.device.write_text("", encoding="ascii")
        await scene.moment(2, 3)
    scene.device.write_text("hangs", encoding="ascii")
    await asyncio.sleep(0 if scene.short else 16)  # Longer than a worker waits before it ends itself.
    scene.device.write_text("", encoding="ascii")
    scene.watch.healed()


def jumping(seed: int) -> Cast:
    """Parts whose clocks will jump by a week: the worker's one way, the other parts' the other way."""
    week = WEEK.total_seconds() * (1 if seed % 2 else -1)
    return Cast(
        more={
            "worker": {JUMP_SECONDS: str(week)},
            "state": {JUMP_SECONDS: str(-week)},
            "recorder": {JUMP_SECONDS: str(-week)},
        }
    )


async def jump_clocks(scene: Scene) -> None:
    """14: in the middle of the work the wall clocks of half the parts, then of all, jump by a week."""
    for name in ("worker-1", "state-1", "recorder-1", "worker-2"):
        scene.crew[name].send(signal.SIGUSR1)
        await scene.moment(1.0, 2.5)
    await asyncio.sleep(1 if scene.short else 5)
    off = sum(abs(each.scored_at - each.source.time) > WEEK / 2 for each in scene.tally.results)
    scene.notes.append(f"{off} results were scored a week away from their messages' arrival")
    if not off:
        scene.faults.append("no clock jumped")
