"""The faults by their number, and one run of one."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from faults import strikes, strikes_around, strikes_kafka
from faults.judge import Findings, unexplained
from faults.load import Mix
from faults.scene import WORKER, Bench, Cast, Scene, open_scene

SHORT_RECORDS: Final = 900
RESUME_SECONDS: Final = 60.0
"""Progress must be seen again within this time."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to whom, under which load."""

    number: int
    name: str
    strike: Callable[[Scene], Awaitable[None]]
    cast: Callable[[int, bool], Cast] = field(default=lambda seed, short: Cast())
    mix: Mix = field(default_factory=Mix)
    records: int = 2_500


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a fault went."""

    number: int
    name: str
    seed: int
    sent: int
    results: int
    rejects: int
    doubled: int
    interventions: int
    repeated: int
    """Interventions that came again under the same id: allowed, and dropped by who reads them."""
    progress: float
    where: str
    seconds: float
    findings: Findings
    exits: Mapping[str, list[int]]
    notes: list[str]
    faults: list[str]

    @property
    def clean(self) -> bool:
        """Whether everything held."""
        return self.findings.clean and not self.faults and self.progress <= RESUME_SECONDS


async def run(bench: Bench, fault: Fault, seed: int = 1, short: bool = False) -> Outcome:
    """Let ``fault`` happen once and look at what became of everything."""
    began = time.monotonic()
    records = min(fault.records, SHORT_RECORDS) if short else fault.records
    async with open_scene(bench, fault.cast(seed, short), fault.mix, seed) as scene:
        scene.short = short
        struck = asyncio.Event()
        loading = asyncio.create_task(scene.load.publish(records, struck))
        try:
            await scene.moment(0.5, 1.5)
            await fault.strike(scene)
        finally:
            struck.set()
            await loading
        await scene.settle(RESUME_SECONDS)
        # Before the parts are stopped, which is no fault.
        exits = {name: list(codes) for name, codes in scene.crew.exits().items()}
        findings = await scene.findings()
        return Outcome(
            number=fault.number,
            name=fault.name,
            seed=seed,
            sent=len(scene.tally.chat),
            results=len(scene.tally.results),
            rejects=len(scene.tally.rejects),
            doubled=findings.doubled,
            interventions=len(scene.tally.raised),
            repeated=len(scene.tally.interventions) - len(scene.tally.raised),
            progress=scene.watch.longest,
            where=scene.watch.where,
            seconds=time.monotonic() - began,
            findings=findings,
            exits=exits,
            notes=scene.notes,
            faults=scene.faults + unexplained(exits),
        )


FAR: Final = Cast(proxied=True)
FRAIL: Final = Cast(
    worker=WORKER.model_copy(
        update={
            "device_seconds": 1.0,
            "breaker_open_seconds": 1.0,
            "memory_pause_seconds": 0.2,
            "memory_seconds": 8.0,
            "stall_seconds": 10.0,
            "abandon_seconds": 12.0,
        }
    )
)
"""A worker that loses patience sooner than one in production."""

FAULTS: Final = {
    fault.number: fault
    for fault in (
        Fault(1, "kill -9 workers at random", strikes.kill_at_random, lambda seed, short: Cast(workers=3)),
        Fault(2, "rolling SIGTERM", strikes.roll, lambda seed, short: Cast(workers=2)),
        Fault(
            3,
            "a worker wakes up late",
            strikes.wake_late,
            lambda seed, short: Cast(states=1 if short else 2, first={"worker-1": strikes.sleeping(seed).env()}),
        ),
        Fault(4, "killed inside a transaction", strikes.die_inside),
        Fault(5, "a send that fails in a transaction", strikes_kafka.refuse),
        Fault(6, "kill -9 leader, coordinator, controller", strikes_kafka.kill_leaders),
        Fault(7, "bounce all brokers, start without one", strikes_kafka.bounce),
        Fault(8, "slow and cut connections", strikes_kafka.bad_network, lambda seed, short: Cast(proxied=True)),
        Fault(9, "state killed at 300 ms, restored elsewhere", strikes_kafka.far_away, lambda seed, short: FAR),
        Fault(10, "rebalance storm", strikes.storm),
        Fault(
            11,
            "PostgreSQL killed, and its disk full",
            strikes_around.lose_database,
            lambda seed, short: Cast(small_disk=True, first=strikes_around.DIES_UNCOMMITTED),
        ),
        Fault(
            12,
            "poison, repeats, aborted transactions",
            strikes.nothing,
            mix=Mix(poison=0.1, repeats=0.1, aborted=0.3, week_off=0.02),
        ),
        Fault(13, "a device that fails, hangs, is full", strikes_around.break_device, lambda seed, short: FRAIL),
        Fault(
            14,
            "wall clocks jump by a week",
            strikes_around.jump_clocks,
            lambda seed, short: strikes_around.jumping(seed),
            Mix(week_off=0.1),
        ),
    )
}
