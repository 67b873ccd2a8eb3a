"""Measure the torch backend on this machine's device: `python benchmarks/devices.py`. README.md says how to read it.

1. Each way to run it (precision, graphs, compile): texts a second by batch budget, latency, memory, start.
2. What each does to the figures: against float32 on the CPU, and by the batch.
3. The dual recipe (two base encoders, random weights) beside the plain way on the same device.
4. With --oom: what a real lack of memory does.
"""

import argparse
import asyncio
import dataclasses
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import torch
from device_memory import out_of_memory
from device_variants import (
    Budget,
    Variant,
    call_ms,
    device_here,
    device_of,
    opened,
    pace,
    pace_of_tokens,
    peak,
    waits,
)
from plain_way import plain_texts_per_second
from report import console_for, tell
from rich.console import Console
from rich.table import Table
from texts import load_texts

from emotionstream.inference.agreement import Difference, batch_effect, difference, read_alone
from emotionstream.inference.backends.torch import TorchBackend
from emotionstream.inference.check_texts import check_texts
from emotionstream.inference.engine import Engine
from emotionstream.inference.model.published import random_model
from emotionstream.inference.model.storage import save_weights
from emotionstream.inference.scoring import Score
from emotionstream.schemas.checkpoint import CALIBRATION, find_checkpoint
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.schemas.settings.engine import DeviceName, EngineSettings, Precision
from emotionstream.schemas.settings.model import DUAL

Figures = dict[str, Any]
Say = Callable[[str], None]

FLOAT32, BFLOAT16, FLOAT16 = Precision.FLOAT32, Precision.BFLOAT16, Precision.FLOAT16
ON_A_GPU = (
    Variant(BFLOAT16, graphs=True),
    Variant(BFLOAT16),
    Variant(FLOAT32, graphs=True),
    Variant(FLOAT32),
    Variant(FLOAT16),
)
ON_A_CPU = (Variant(FLOAT32), Variant(BFLOAT16))
COMPILED = Variant(BFLOAT16, compiled=True)
BUDGETS = (Budget(4_096, 256), Budget(16_384, 256), Budget(16_384, 1_024), Budget(65_536, 256), Budget(65_536, 1_024))
SPARE = (256, 1_024, 4_096, 8_192, 16_384)
CALLS = ((1, 16), (1, 64), (16, 32), (64, 32), (256, 32), (256, 128), (1_024, 64))


async def measure(given: argparse.Namespace, say: Say) -> Figures:
    """All figures of one run."""
    checkpoint = given.checkpoint or find_checkpoint(CheckpointSettings.load())
    device = device_here()
    texts = load_texts(None, given.texts)
    figures: Figures = {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if device is DeviceName.CUDA else "cpu",
        "cores": os.cpu_count(),
        "texts": given.texts,
        "check_texts": given.check,
    }
    if given.check:
        say(f"float32 on the CPU, {given.check} check texts")
        async with opened_for(checkpoint, Variant(FLOAT32).settings(DeviceName.CPU, (1,))) as (engine, _):
            reference = await read_alone(engine, check_texts(given.check))
    else:
        reference = []
    figures["variants"] = await variants(given, checkpoint, texts, reference, say)
    if device is DeviceName.CUDA:
        figures["calls"] = {v.name: calls_of(checkpoint, v, 1) for v in ON_A_GPU[:2]}
    if given.plain:
        figures["dual"] = await dual(given, checkpoint, texts, say)
    if given.oom:
        figures["out_of_memory"] = [await out_of_memory(checkpoint, v, say) for v in ON_A_GPU[:2]]
    return figures


async def variants(
    given: argparse.Namespace, checkpoint: Path, texts: list[str], reference: list[Score], say: Say
) -> Figures:
    """Each variant's figures, by its name. One that fails says so, and the others go on."""
    device = device_here()
    chosen = (ON_A_GPU if device is DeviceName.CUDA else ON_A_CPU) + ((COMPILED,) if given.compile else ())
    found: Figures = {}
    readings: dict[str, list[Score]] = {}
    for variant in chosen[: 2 if given.quick else None]:
        started = time.perf_counter()
        try:
            async with opened_for(checkpoint, variant.settings(device, given.steps)) as (engine, seconds):
                found[variant.name] = {"fingerprint": engine.info.engine, "open_seconds": seconds}
                found[variant.name] |= await speed(engine, given, texts)
                if reference:
                    check = check_texts(given.check)
                    readings[variant.name] = alone = await read_alone(engine, check)
                    found[variant.name]["against_cpu_float32"] = told(difference(reference, alone))
                    effect = await batch_effect(engine, check, alone, 64, Random(0))
                    found[variant.name]["by_batch"] = {name: told(each) for name, each in effect.items()}
        except Exception as error:
            found.setdefault(variant.name, {})["error"] = f"{type(error).__name__}: {error}"
        say(f"{variant.name}: {time.perf_counter() - started:.1f} s, {brief(found[variant.name])}")
    for name, reading in readings.items():
        eager = name.replace("graphs", "eager").replace("compile", "eager")
        if eager != name and eager in readings:
            found[name]["against_eager"] = told(difference(readings[eager], reading))
    return found


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


def calls_of(checkpoint: Path, variant: Variant, encoders: int) -> Figures:
    """The backend alone: milliseconds of one call by its shape."""
    backend = TorchBackend.load(checkpoint, DeviceName.CUDA, variant.settings(DeviceName.CUDA, (1,)))
    try:
        return {f"{rows}x{length}": call_ms(backend, rows, length, encoders, 20) for rows, length in CALLS}
    finally:
        backend.close()


async def dual(given: argparse.Namespace, checkpoint: Path, texts: list[str], say: Say) -> Figures:
    """The engine over the plain way, both with two base encoders, and the shipped model over it."""
    device = device_here()
    chosen = ON_A_GPU[:2] if device is DeviceName.CUDA else ON_A_CPU[:1]
    steps = tuple(step for step in given.steps if step <= 256)
    found: Figures = {}
    with tempfile.TemporaryDirectory(prefix="emotionstream-bench-") as folder:
        write_dual(checkpoint, Path(folder))
        for variant in chosen:
            started = time.perf_counter()
            async with opened_for(Path(folder), variant.settings(device, steps)) as (engine, seconds):
                found[variant.name] = {
                    "open_seconds": seconds,
                    "one": await waits(engine, texts, 1, max(5, given.repeats // 3)),
                    "texts_per_second": await pace(engine, texts, BUDGETS[1]),
                    **peak(),
                }
            say(f"dual, {variant.name}: {time.perf_counter() - started:.1f} s, {brief(found[variant.name])}")
    best = found[chosen[0].name]["texts_per_second"]
    tokenizer = checkpoint / "tokenizer.json"
    found["plain_cpu_texts_per_second"] = round(plain_texts_per_second(texts[: given.plain], tokenizer), 2)
    if device is DeviceName.CUDA:
        some = texts[: given.plain * 10]
        pace_on_gpu = plain_texts_per_second(some, tokenizer, "cuda")
        found["plain_cuda_texts_per_second"] = round(pace_on_gpu, 2)
        found["engine_over_plain_cuda"] = round(best / pace_on_gpu, 1)
    found["engine_over_plain_cpu"] = round(best / found["plain_cpu_texts_per_second"], 1)
    plain = ", ".join(f"{name} {pace}" for name, pace in found.items() if "plain" in name)
    say(f"plain way: {plain}")
    return found


def write_dual(checkpoint: Path, folder: Path) -> None:
    """A checkpoint of the dual recipe with random weights. The shipped tokenizer cuts for both encoders."""
    model = random_model(DUAL)
    save_weights(model, folder)
    for encoder in model.config.encoders:
        shutil.copy(checkpoint / "tokenizer.json", folder / encoder.tokenizer)
    shutil.copy(checkpoint / CALIBRATION, folder)


@asynccontextmanager
async def opened_for(checkpoint: Path, settings: EngineSettings) -> AsyncIterator[tuple[Engine, float]]:
    """An engine, and how long it took to open."""
    engine, seconds = await opened(checkpoint, settings)
    try:
        yield engine, seconds
    finally:
        await engine.__aexit__(None, None, None)


def told(found: Difference) -> Figures:
    """A difference in JSON."""
    return {**dataclasses.asdict(found), "same_emotion": round(found.same_emotion, 4)}


def brief(found: Figures) -> str:
    """One line while the run goes on."""
    if "error" in found:
        return str(found["error"])
    return f"{found['texts_per_second']} texts/s, one text {found['one']['p50_ms']} ms"


def table(figures: Figures) -> Table:
    """A row for each variant."""
    rows = Table(title=f"{figures['texts']} texts on {figures['device']}", title_justify="left")
    for column in (
        "variant",
        "texts/s (best budget)",
        "1 text, ms p50/p95",
        "64 texts",
        "open, s",
        "peak MB",
        "vs CPU fp32: max, same",
        "by batch",
    ):
        rows.add_column(column)
    for name, found in figures["variants"].items():
        if "error" in found:
            rows.add_row(name, found["error"])
        else:
            rows.add_row(name, *row(found))
    return rows


def row(found: Figures) -> list[str]:
    """One variant's cells."""
    budget, best = max(found["texts_per_second"].items(), key=lambda item: item[1])
    one, many = found["one"], found["sixty_four"]
    cells = [f"{best:.0f} ({budget})", f"{one['p50_ms']}/{one['p95_ms']}", f"{many['p50_ms']}/{many['p95_ms']}"]
    cells += [str(found["open_seconds"]), str(found.get("peak_reserved_mb", "-"))]
    if "against_cpu_float32" in found:
        against, batch = found["against_cpu_float32"], found["by_batch"]["mixed"]
        cells += [f"{against['max_probability']:.2g}, {against['same_emotion']}", f"{batch['max_probability']:.2g}"]
    return cells


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
    """Measure and print."""
    given = options()
    console: Console = console_for(given.to)
    figures = asyncio.run(measure(given, lambda line: console.print(line, highlight=False)))
    tell(figures, table(figures), console, given.to)


if __name__ == "__main__":
    main()
