"""The dual recipe, two base encoders with random weights, in the engine and beside the plain way."""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from device_table import brief
from device_variants import BUDGETS, ON_A_CPU, ON_A_GPU, Variant, device_here, opened_for, pace, peak, waits
from plain_way import plain_texts_per_second

from emotionstream.inference.model.published import random_model
from emotionstream.inference.model.storage import save_weights
from emotionstream.schemas.checkpoint import CALIBRATION
from emotionstream.schemas.settings.engine import DeviceName
from emotionstream.schemas.settings.model import DUAL

Figures = dict[str, Any]
Say = Callable[[str], None]


async def dual(given: argparse.Namespace, checkpoint: Path, texts: list[str], found: Figures, say: Say) -> None:
    """The engine over the plain way, both with two base encoders: into ``found``, as the figures come."""
    await by_engine(given, checkpoint, texts, found, say)
    by_plain_way(given, checkpoint, texts, found, say)


async def by_engine(given: argparse.Namespace, checkpoint: Path, texts: list[str], found: Figures, say: Say) -> None:
    """Each variant's figures, by its name."""
    steps = tuple(step for step in given.steps if step <= 256)
    with tempfile.TemporaryDirectory(prefix="emotionstream-bench-") as folder:
        write_dual(checkpoint, Path(folder))
        for variant in chosen():
            started = time.perf_counter()
            async with opened_for(Path(folder), variant.settings(device_here(), steps)) as (engine, seconds):
                found[variant.name] = {
                    "open_seconds": seconds,
                    "one": await waits(engine, texts, 1, max(5, given.repeats // 3)),
                    "texts_per_second": await pace(engine, texts, BUDGETS[1]),
                    **peak(),
                }
            say(f"dual, {variant.name}: {time.perf_counter() - started:.1f} s, {brief(found[variant.name])}")


def by_plain_way(given: argparse.Namespace, checkpoint: Path, texts: list[str], found: Figures, say: Say) -> None:
    """The plain way's texts a second, on the CPU and on a GPU, and how many times faster the engine is."""
    best = found[chosen()[0].name]["texts_per_second"]
    tokenizer = checkpoint / "tokenizer.json"
    devices = {"cpu": texts[: given.plain]}
    if device_here() is DeviceName.CUDA:
        devices["cuda"] = texts[: given.plain * 10]
    for device, some in devices.items():
        plain = plain_texts_per_second(some, tokenizer, device)
        found[f"plain_{device}_texts_per_second"] = round(plain, 2)
        found[f"engine_over_plain_{device}"] = round(best / plain, 1)
        say(f"plain way, {device}: {plain:.2f} texts/s")


def chosen() -> tuple[Variant, ...]:
    """The ways to run it that are worth the time."""
    return ON_A_GPU[:2] if device_here() is DeviceName.CUDA else ON_A_CPU[:1]


def write_dual(checkpoint: Path, folder: Path) -> None:
    """A checkpoint of the dual recipe with random weights. The shipped tokenizer cuts for both encoders."""
    model = random_model(DUAL)
    save_weights(model, folder)
    for encoder in model.config.encoders:
        shutil.copy(checkpoint / "tokenizer.json", folder / encoder.tokenizer)
    shutil.copy(checkpoint / CALIBRATION, folder)
