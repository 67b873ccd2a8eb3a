"""Measure the whole chain on this machine, in one run: `python benchmarks/chain.py`. README.md says how to read it.

1. Throughput of the chain (Kafka, worker, state, recorder, PostgreSQL) over that of the bare engine, on the same texts.
2. Milliseconds from a publish to its result and to its intervention, at a steady rate.
3. The engine beside the plain way: two base encoders in fp32 with torch, one message at a time.
"""

import argparse
import asyncio
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chain_load import steady, throughput
from engine_loop import engine_texts_per_second
from report import console_for, tell
from rich.console import Console
from rich.table import Table
from texts import load_texts

from emotionstream.cli.demo.report import latency
from emotionstream.cli.stack import Stack
from emotionstream.schemas.checkpoint import find_checkpoint
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.schemas.settings.supervisor import SupervisorSettings

Figures = dict[str, Any]


async def measure(given: argparse.Namespace, say: Console) -> Figures:
    """All figures of one run."""
    texts = load_texts(given.texts, given.count)
    checkpoint = find_checkpoint(CheckpointSettings.load())
    say.print(f"bare engine, {len(texts)} texts")
    before, model = await engine_texts_per_second(texts, checkpoint)
    chain = await on_the_chain(given, texts, say)
    say.print("bare engine again")
    after, _ = await engine_texts_per_second(texts, checkpoint)
    engine = (before + after) / 2
    figures: Figures = {
        "measured_at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "texts": len(texts),
        "source": "classroom" if given.texts is None else given.texts.name,
        "engine": {"model": f"{model.name} {model.version}", "fingerprint": model.engine},
        "engine_texts_per_second": round(engine, 1),
        "engine_texts_per_second_before_and_after": [round(before, 1), round(after, 1)],
        "chain_over_engine": round(chain["chain_texts_per_second"] / engine, 3),
        **chain,
    }
    if given.plain_count:
        say.print(f"plain way, {given.plain_count} texts")
        figures |= plain(texts[: given.plain_count], checkpoint, engine)
    return figures


async def on_the_chain(given: argparse.Namespace, texts: list[str], say: Console) -> Figures:
    """Throughput and latency of a chain of its own, in a folder of its own unless one is named."""
    with tempfile.TemporaryDirectory(prefix="emotionstream-bench-", ignore_cleanup_errors=True) as folder:
        environ = {"EMOTIONSTREAM_EMBEDDED_FOLDER": folder, "EMOTIONSTREAM_LOG_LEVEL": "warning", **os.environ}
        async with Stack(SupervisorSettings.load(), environ, say=say.print) as stack:
            # Once through, so that no connection, cache or compiler is cold.
            await throughput(stack, texts[:500])
            say.print(f"chain, {len(texts)} texts at once")
            fast, tally = await throughput(stack, texts)
            count = round(given.rate * given.seconds)
            say.print(f"chain, {given.rate:g} messages a second for {given.seconds:g} s")
            at_rate = await steady(stack, load_texts(given.texts, count), given.rate)
    waits = latency(at_rate)
    return {
        "chain_texts_per_second": round(fast, 1),
        "chain_results": len(tally.results),
        "chain_duplicates": tally.duplicates,
        "rate": given.rate,
        "rate_results": len(at_rate.results),
        "rate_interventions": len(at_rate.interventions),
        "to_result_ms": waits.to_result.model_dump(),
        "to_intervention_ms": waits.to_intervention.model_dump(),
    }


def plain(texts: list[str], checkpoint: Path, engine: float) -> Figures:
    """The plain way's pace, and how many times faster the engine is."""
    from plain_way import plain_texts_per_second  # noqa: PLC0415 - brings torch, which the rest does not need

    pace = plain_texts_per_second(texts, checkpoint / "tokenizer.json")
    return {"plain_texts_per_second": round(pace, 2), "engine_over_plain": round(engine / pace, 1)}


def table(figures: Figures) -> Table:
    """The figures beside what is asked of them."""
    rows = Table(
        title=f"{figures['texts']} texts ({figures['source']}) on {figures['cores']} cores", title_justify="left"
    )
    for column in ("figure", "value", "asked"):
        rows.add_column(column)
    result, raised = figures["to_result_ms"], figures["to_intervention_ms"]
    rows.add_row("bare engine", f"{figures['engine_texts_per_second']} texts/s", "")
    rows.add_row("chain", f"{figures['chain_texts_per_second']} texts/s", "")
    rows.add_row("chain over engine", f"{figures['chain_over_engine']}", ">= 0.6")
    rows.add_row(f"to result at {figures['rate']:g}/s", spread(result), "p50 < 40 ms, p95 < 150 ms")
    rows.add_row(f"to intervention at {figures['rate']:g}/s", spread(raised), "p50 < 80 ms, p95 < 150 ms")
    if "engine_over_plain" in figures:
        rows.add_row("plain way", f"{figures['plain_texts_per_second']} texts/s", "")
        rows.add_row("engine over plain way", f"{figures['engine_over_plain']} x", ">= 40 x")
    return rows


def spread(found: Figures) -> str:
    """Three percentiles in a line."""
    return f"p50 {found['p50']}, p95 {found['p95']}, p99 {found['p99']} ms"


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the chain, the bare engine and the plain way in one run.")
    parser.add_argument("--texts", type=Path, help="JSONL with `text`; the shipped classroom, repeated, by default")
    parser.add_argument(
        "--count",
        type=int,
        default=20_000,
        help="texts for the throughput; with few of them the JVM's first seconds count",
    )
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second for the latency")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long at that rate")
    parser.add_argument("--plain-count", type=int, default=40, help="texts for the plain way; 0 leaves it out")
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
