"""``emotionstream evaluate``: a checkpoint's figures on the dev sets."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from emotionstream.cli.checkpoint import chosen_checkpoint


class Backend(StrEnum):
    """What runs the model."""

    OPENVINO = "openvino"
    TORCH = "torch"


def command(
    data: Annotated[Path, typer.Argument(help="Data folder; what is missing is named, with its source.")],
    *,
    model: Annotated[str | None, typer.Option(help="Checkpoint, by name or path; else from the settings.")] = None,
    backend: Annotated[Backend, typer.Option(help="The int8 graph, or the fp32 reference.")] = Backend.OPENVINO,
    to: Annotated[Path | None, typer.Option(help="File to write all figures to, as JSON.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All figures as one JSON object on standard output.")] = False,
) -> None:
    """Measure a checkpoint on the dev sets of GoEmotions, EmoBank and the learner corpus.

    The learner corpus was written for this project: its figures are no proof about people.
    """
    from emotionstream.training.evaluation import evaluate_checkpoint

    if to is not None and not to.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {to.absolute().parent}: make it first", param_hint="--to")
    figures = evaluate_checkpoint(chosen_checkpoint(model), data, backend.value)
    text = json.dumps(figures, indent=1)
    if to is not None:
        to.write_text(text + "\n", encoding="utf-8")
        typer.echo(f"written to {to}", err=True)
    typer.echo(text if as_json else describe(figures))


def describe(figures: dict[str, Any]) -> str:
    """The main figures for a person to read."""
    from emotionstream.training.card import headline

    head = f"{figures['model']} {figures['version']} on {figures['backend']}, temperature {figures['temperature']:.3f}"
    lines = [f"{what:<56} {value:.3f}" for what, value in headline(figures["dev"]).items()]
    stored = figures["stored"]
    for name in (
        "readiness_cross_validated",
        "intervention_cross_validated",
        "intervention_cross_validated_text_only",
    ):
        if name in stored:
            part = stored[name]
            title = name.replace("_", " ") + " by session"
            lines += [f"{title + ', ' + what:<56} {part[what]:.3f}" for what in ("exact", "within_one", "qwk")]
    return "\n".join([head, *lines])
