"""Measure the torch backend on this machine's device: `python benchmarks/devices.py`. README.md says how to read it.

1. Each way to run it (precision, graphs, compile): texts a second by batch budget, latency, memory, start.
2. What each does to the figures: against float32 on the CPU, and by the batch.
3. The dual recipe (two base encoders, random weights) beside the plain way on the same device.
4. With --oom: what a real lack of memory does.

The figures are written as they come: a run that is broken off leaves those that it has.
"""

import argparse
import asyncio
import dataclasses
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import torch
from device_dual import dual
from device_memory import out_of_memory
from device_table import brief, table
from device_variants import (
    BUDGETS,
    COMPILED,
    FLOAT32,
    ON_A_CPU,
    ON_A_GPU,
    Budget,
    Variant,
    call_ms,
    device_here,
    device_of,
    opened_for,
    pace,
    pace_of_tokens,
    peak,
    waits,
)
from report import console_for, keep, tell
from rich.console import Console
from texts import load_texts

from emotionstream.inference.agreement import Difference, batch_effect, difference, read_alone
from emotionstream.inference.backends.torch import TorchBackend
from emotionstream.inference.check_texts import check_texts
from emotionstream.inference.engine import Engine
from emotionstream.inference.scoring import Score
from emotionstream.schemas.checkpoint import find_checkpoint
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.schemas.settings.engine import DeviceName

Figures = dict[str, Any]
Say = Callable[[str], None]

SPARE = (256, 1_024, 4_096, 8_192, 16_384)
CALLS = ((1, 16), (1, 64), (16, 32), (64, 32), (256, 32), (256, 128), (1_024, 64))


def about(given: argparse.Namespace) -> Figures:
    """What the figures of one run are of. Nothing is measured yet."""
    device = device_here()
    return {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if device is DeviceName.CUDA else "cpu",
        "cores": os.cpu_count(),
        "texts": given.texts,
        "check_texts": given.check,
        "finished": False,
        "variants": {},
    }


async def measure(given: argparse.Namespace, figures: Figures, say: Say) -> None:
    """All figures of one run, into ``figures``; ``say`` is called whenever there are new ones."""
    checkpoint = given.checkpoint or find_checkpoint(CheckpointSettings.load())
    texts = load_texts(None, given.texts)
    await variants(given, checkpoint, texts, figures["variants"], say)
    if device_here() is DeviceName.CUDA:
        figures["calls"] = {}
        for variant in ON_A_GPU[:2]:
            figures["calls"][variant.name] = calls_of(checkpoint, variant)
            say(f"calls, {variant.name}")
    if given.plain:
        figures["dual"] = {}
        await dual(given, checkpoint, texts, figures["dual"], say)
    if given.oom:
        figures["out_of_memory"] = []
        for variant in ON_A_GPU[:2]:
            figures["out_of_memory"].append(await out_of_memory(checkpoint, variant))
            say(f"out of memory, {figures['out_of_memory'][-1]}")
    figures["finished"] = True


async def variants(given: argparse.Namespace, checkpoint: Path, texts: list[str], found: Figures, say: Say) -> None:
    """Each variant's figures, by its name, into ``found``. One that fails says so, and the others go on."""
    device = device_here()
    chosen = (ON_A_GPU if device is DeviceName.CUDA else ON_A_CPU) + ((COMPILED,) if given.compile else ())
    reference = await reference_of(given, checkpoint, say)
    readings: dict[str, list[Score]] = {}
    for variant in chosen[: 2 if given.quick else None]:
        started = time.perf_counter()
        mine = found.setdefault(variant.name, {})
        try:
            async with opened_for(checkpoint, variant.settings(device, given.steps)) as (engine, seconds):
                mine |= {"fingerprint": engine.info.engine, "open_seconds": seconds}
                mine |= await speed(engine, given, texts)
                say(f"{variant.name}: {brief(mine)}")
                if reference:
                    readings[variant.name] = await agreement(engine, reference, mine)
        except Exception as error:
            mine["error"] = f"{type(error).__name__}: {error}"
        compare_to_eager(found, readings)
        say(f"{variant.name}: {time.perf_counter() - started:.1f} s, {brief(mine)}")


async def reference_of(given: argparse.Namespace, checkpoint: Path, say: Say) -> list[Score]:
    """The check texts in float32 on the CPU, one by one; nothing where no agreement is asked for."""
    if not given.check:
        return []
    say(f"float32 on the CPU, {given.check} check texts")
    async with opened_for(checkpoint, Variant(FLOAT32).settings(DeviceName.CPU, (1,))) as (engine, _):
        return await read_alone(engine, check_texts(given.check))


async def agreement(engine: Engine, reference: list[Score], found: Figures) -> list[Score]:
    """How far figures are from ``reference``, and how they move with the batch, into ``found``; gives the reading."""
    check = check_texts(len(reference))
    alone = await read_alone(engine, check)
    found["against_cpu_float32"] = told(difference(reference, alone))
    effect = await batch_effect(engine, check, alone, 64, Random(0))
    found["by_batch"] = {name: told(each) for name, each in effect.items()}
    return alone


def compare_to_eager(found: Figures, readings: dict[str, list[Score]]) -> None:
    """What graphs and torch.compile do to the figures, where both ways have been read."""
    for name, reading in readings.items():
        eager = name.replace("graphs", "eager").replace("compile", "eager")
        if eager != name and eager in readings:
            found[name]["against_eager"] = told(difference(readings[eager], reading))


async def speed(engine: Engine, given: argparse.Namespace, texts: list[str]) -> Figures:
    """Latency, then texts a second by budget and by padding, then memory."""
    single = await waits(engine, texts, 1, given.repeats)
    many = await waits(engine, texts, 64, max(5, given.repeats // 3))
    budgets = BUDGETS[:2] if given.quick else BUDGETS
    whole = {f"{b.tokens}/{b.items}": await pace(engine, texts, b) for b in budgets}
    tokens = await pace_of_tokens(engine, texts, budgets[-1])
    return {
        "one": single,
        "sixty_four": many,
        "texts_per_second": whole,
        "tokens_only_texts_per_second": tokens,
        "spare_tokens_texts_per_second": await by_spare_tokens(engine, texts, budgets[-1], given),
        **peak(),
    }


async def by_spare_tokens(engine: Engine, texts: list[str], budget: Budget, given: argparse.Namespace) -> Figures:
    """Texts a second, without the tokenizer, by the padding that is held to cost as much as one more call."""
    device = device_of(engine)
    before, found = device.shapes, {}
    for spare in () if given.quick else SPARE:
        device.shapes = dataclasses.replace(before, spare_tokens=spare)
        found[str(spare)] = await pace_of_tokens(engine, texts, budget)
    device.shapes = before
    return found


def calls_of(checkpoint: Path, variant: Variant) -> Figures:
    """The backend alone: milliseconds of one call by its shape."""
    backend = TorchBackend.load(checkpoint, DeviceName.CUDA, variant.settings(DeviceName.CUDA, (1,)))
    try:
        return {f"{rows}x{length}": call_ms(backend, rows, length, 20) for rows, length in CALLS}
    finally:
        backend.close()


def told(found: Difference) -> Figures:
    """A difference in JSON."""
    return {**dataclasses.asdict(found), "same_emotion": round(found.same_emotion, 4)}


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the torch backend on this machine's device.")
    parser.add_argument("--texts", type=int, default=8_000, help="texts of the classroom for each pace")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint's folder; the shipped one by default")
    parser.add_argument("--check", type=int, default=500, help="check texts for the agreement; 0 leaves it out")
    parser.add_argument("--repeats", type=int, default=100, help="calls for each latency")
    parser.add_argument("--plain", type=int, default=40, help="texts for the plain way; 0 leaves dual and it out")
    parser.add_argument("--rows", type=int, default=1_024, help="most texts of a call")
    parser.add_argument("--quick", action="store_true", help="two variants, two budgets")
    parser.add_argument("--compile", action="store_true", help="torch.compile as well; minutes to start")
    parser.add_argument("--oom", action="store_true", help="fill the GPU's memory and see what becomes of a batch")
    parser.add_argument("--to", type=Path, help="write the figures there as JSON as well; - for standard output")
    given = parser.parse_args()
    given.steps = tuple(1 << power for power in range(given.rows.bit_length()))
    return given


def main() -> None:
    """Measure and print, and write the figures as they come."""
    given = options()
    console: Console = console_for(given.to)
    figures = about(given)

    def say(line: str) -> None:
        console.print(line, highlight=False)
        keep(figures, given.to)

    # A time limit ends the run as Ctrl-C does: with the figures so far.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(measure(given, figures, say))
    finally:
        tell(figures, table(figures), console, given.to)


if __name__ == "__main__":
    main()
