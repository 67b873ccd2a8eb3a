"""``emotionstream engine``."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emotionstream.cli.checkpoint import chosen_checkpoint
from emotionstream.schemas.errors import BatchEffectError
from emotionstream.schemas.settings.engine import AgreementSettings, EngineSettings

if TYPE_CHECKING:
    from emotionstream.cli.engine_check import EngineFigures
    from emotionstream.inference.agreement import Difference

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def engine() -> None:
    """Measure the engine that scores texts."""


@app.command()
def check(
    *,
    model: Annotated[str | None, typer.Option(help="Checkpoint, by name or path; else from the settings.")] = None,
    texts: Annotated[
        Path | None, typer.Option(help="File with a text a line, or a JSON object with `text`; else our own texts.")
    ] = None,
    number: Annotated[int | None, typer.Option(min=2, help="How many texts.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Put the figures into the checkpoint's metrics.json.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Measure batch effect, agreement with the float32 reference, and speed.

    Ends with an error where a text's result depends on the texts that share its batch, unless it runs on a GPU. Minutes
    on a slow processor; `--number 100` is quicker.

    Example: emotionstream engine check --write
    """
    from emotionstream.cli.engine_check import check_engine, write_figures
    from emotionstream.cli.texts import read_texts
    from emotionstream.inference.check_texts import check_texts

    settings = AgreementSettings.load()
    number = settings.texts if number is None else number
    checkpoint = chosen_checkpoint(model)
    chosen = check_texts(number) if texts is None else read_texts(texts)[:number]
    figures = asyncio.run(check_engine(checkpoint, chosen, EngineSettings.load(), settings, _tell))
    if write:
        typer.echo(f"written to {write_figures(checkpoint, figures)}", err=True)
    typer.echo(json.dumps(figures.as_json()) if as_json else describe(figures))
    judge(figures, settings)


def describe(figures: "EngineFigures") -> str:
    """The figures for a person to read."""
    lines = [f"engine       {figures.engine}"]
    lines += [f"batch effect {_line(found)}  ({name})" for name, found in figures.batch_effect.items()]
    if figures.agreement is None:
        lines.append("agreement    not measured: needs torch and the checkpoint's weights")
    else:
        lines.append(f"agreement    {_line(figures.agreement)}  (with torch float32 on the CPU)")
    lines.append(f"speed        {figures.texts_per_second:,.0f} texts/s together")
    lines.append(f"             {figures.one_by_one_ms_p50:.1f} ms p50 one by one")
    return "\n".join(lines)


def judge(figures: "EngineFigures", settings: AgreementSettings) -> None:
    """Hold the int8 graph on the CPU to a result that does not depend on the batch.

    Raises:
        BatchEffectError: it does depend on it.
    """
    held = figures.engine.startswith("openvino")
    if held and (figures.largest_batch_effect > settings.max_batch_effect or figures.changed_by_batch):
        raise BatchEffectError(
            f"a result depends on its batch: figures move by {figures.largest_batch_effect:.2g}, more than "
            f"{settings.max_batch_effect:.2g}, and {figures.changed_by_batch} classes change. "
            "Set EMOTIONSTREAM_ENGINE_LENGTH_STEPS to multiples of 16, or of 64"
        )


def _tell(step: str) -> None:
    typer.echo(f"measuring: {step}", err=True)


def _line(found: "Difference") -> str:
    return (
        f"{found.max_probability:.2g} of a probability, {found.max_other:.2g} of PAD and readiness, "
        f"{found.same_emotion:.2%} same emotion, {found.texts} texts"
    )
