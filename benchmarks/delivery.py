"""What each way of delivery costs, in one run: `python benchmarks/delivery.py`. README.md says how to read it.

Each way is measured as often as the other, in the order A B B A, so that a machine that gets busier or slower favours
neither. Figures for each: the chain's throughput, milliseconds to a result at a steady rate, the worker's ceiling with
a device that takes no time, and, at the same time on one broker, what delivery alone takes.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chain_load import steady, throughput
from instant import results_per_second
from report import console_for, tell
from rich.console import Console
from rich.table import Table
from side_by_side import waits
from texts import load_texts

from emotionstream.cli.demo.report import latency
from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.stack import Stack
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.supervisor import SupervisorSettings
from emotionstream.schemas.settings.worker import Delivery

Figures = dict[str, Any]
A, B = Delivery.AT_LEAST_ONCE, Delivery.EXACTLY_ONCE


async def measure(given: argparse.Namespace, say: Console) -> Figures:
    """Every pass of every round, and their medians."""
    say.print("side by side")
    beside = await side_by_side(given)
    say.print(f"  {beside}")
    passes: dict[Delivery, list[Figures]] = {A: [], B: []}
    for number in range(given.rounds):
        for delivery in (A, B) if number % 2 == 0 else (B, A):
            say.print(f"round {number + 1} of {given.rounds}: {delivery.value}")
            passes[delivery].append(await one_pass(delivery, given))
            say.print(f"  {passes[delivery][-1]}")
    return {
        "cores": os.cpu_count(),
        "texts": given.count,
        "rate": given.rate,
        "median": {delivery.value: medians(figures) | beside[delivery] for delivery, figures in passes.items()},
        "passes": {delivery.value: figures for delivery, figures in passes.items()},
    }


async def one_pass(delivery: Delivery, given: argparse.Namespace) -> Figures:
    """A chain of its own, with the worker's delivery set."""
    with tempfile.TemporaryDirectory(prefix="emotionstream-bench-", ignore_cleanup_errors=True) as folder:
        environ = {
            "EMOTIONSTREAM_LOG_LEVEL": "warning",
            **os.environ,
            "EMOTIONSTREAM_EMBEDDED_FOLDER": folder,
            "EMOTIONSTREAM_WORKER_DELIVERY": delivery.value,
        }
        async with Stack(SupervisorSettings.load(), environ) as stack:
            # Once through, so that no connection, cache or compiler is cold.
            await throughput(stack, load_texts(None, 300))
            fast, tally = await throughput(stack, load_texts(None, given.count))
            at_rate = await steady(stack, load_texts(None, round(given.rate * given.seconds)), given.rate)
            waits = latency(at_rate)
    async with broker() as kafka:
        ceiling = await results_per_second(kafka, delivery, given.ceiling)
    return {
        "texts_per_second": round(fast, 1),
        "duplicates": tally.duplicates,
        "to_result_p50_ms": waits.to_result.p50,
        "to_result_p95_ms": waits.to_result.p95,
        "to_intervention_p50_ms": waits.to_intervention.p50,
        "ceiling_results_per_second": round(ceiling),
    }


async def side_by_side(given: argparse.Namespace) -> dict[Delivery, Figures]:
    """Milliseconds of both ways at the same time, without a model."""
    async with broker() as kafka:
        found = await waits(kafka, given.rate, given.seconds)
    return {
        delivery: {
            "side_by_side_p50_ms": round(1_000 * statistics.median(seconds), 1),
            "side_by_side_p95_ms": round(1_000 * statistics.quantiles(seconds, n=20)[-1], 1),
        }
        for delivery, seconds in found.items()
    }


@asynccontextmanager
async def broker() -> AsyncIterator[KafkaSettings]:
    """A broker that nothing else uses."""
    with tempfile.TemporaryDirectory(prefix="emotionstream-bench-", ignore_cleanup_errors=True) as folder:
        async with EmbeddedKafka(EmbeddedSettings.load({}, folder=Path(folder))) as service:
            yield KafkaSettings(bootstrap_servers=service.bootstrap_servers)


def medians(passes: list[Figures]) -> Figures:
    """The median of each figure over the passes."""
    names = passes[0] if passes else ()
    return {name: round(statistics.median([found[name] or 0 for found in passes]), 1) for name in names}


def table(figures: Figures) -> Table:
    """Both ways side by side."""
    rows = Table(title=f"delivery, medians, {figures['cores']} cores", title_justify="left")
    for column in ("figure", *figures["median"]):
        rows.add_column(column)
    for name in figures["median"][A.value]:
        rows.add_row(name, *(str(found[name]) for found in figures["median"].values()))
    return rows


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure both ways of delivery in one run.")
    parser.add_argument(
        "--rounds", type=int, default=2, help="passes of each way; an even number is fair, 0 leaves the chain out"
    )
    parser.add_argument("--count", type=int, default=3_000, help="texts for the throughput")
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second for the latency")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long at that rate")
    parser.add_argument("--ceiling", type=int, default=20_000, help="messages for the device that takes no time")
    parser.add_argument("--json", type=Path, help="write the figures there as well; - for standard output")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    given = options()
    console = console_for(given.json)
    figures = asyncio.run(measure(given, console))
    tell(figures, table(figures), console, given.json)


if __name__ == "__main__":
    main()
