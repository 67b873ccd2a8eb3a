"""``emotionstream score``: texts in, emotions out, without Kafka."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emotionstream.cli.checkpoint import chosen_checkpoint
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.settings.engine import EngineSettings

if TYPE_CHECKING:
    from emotionstream.inference.abstention import AbstentionRule
    from emotionstream.inference.scoring import Score, ScoreRequest

TOP = 5
"""Emotions that are shown."""


def command(
    texts: Annotated[list[str] | None, typer.Argument(help="Texts to score.")] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option(help="File with a text, or a JSON object with `text`, a line; `-` or nothing: standard input."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Checkpoint, by name or path; else from the settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a text on standard output.")] = False,
) -> None:
    """Score texts: emotion, the top five, PAD, readiness and confidence.

    A JSON line may also say `engagement`, `cognitive_load` and `time_factor`, each in [0, 1]. An answer is uncertain
    where its confidence is below the checkpoint's threshold, or EMOTIONSTREAM_ABSTENTION_THRESHOLD.

    Exit codes: 0 every text has a score, 1 one has none (an empty one, say), 3 a setting, 6 the checkpoint, 7 a
    package is missing.
    """
    from emotionstream.cli.extras import require_scoring

    require_scoring()
    from emotionstream.cli.texts import read_requests
    from emotionstream.inference.abstention import AbstentionRule
    from emotionstream.inference.scoring import ScoreRequest
    from emotionstream.schemas.settings.abstention import AbstentionSettings

    if texts and file is not None:
        raise typer.BadParameter("give texts or --file, not both")
    if not texts and file is None and sys.stdin.isatty():
        raise InvalidMessageError("no text: give one as an argument, by --file, or on standard input")
    requests = [ScoreRequest(text) for text in texts] if texts else read_requests(file or Path("-"))
    checkpoint = chosen_checkpoint(model)
    rule = AbstentionRule.read(checkpoint, AbstentionSettings.load())
    rows = asyncio.run(score_all(checkpoint, requests))
    for number, row in enumerate(rows, 1):
        typer.echo(json.dumps(as_fields(number, row, rule)) if as_json else describe(number, row, rule))
    if any(isinstance(row, str) for row in rows):
        raise typer.Exit(1)


async def score_all(checkpoint: Path, requests: Sequence["ScoreRequest"]) -> list["Score | str"]:
    """For each request its score, or the reason why it has none.

    Raises:
        EmotionStreamError: the engine cannot be opened, or its device fails.
    """
    from emotionstream.inference.engine import open_engine
    from emotionstream.inference.text import why_unscorable

    reasons = [why_unscorable(request.text) for request in requests]
    scorable = [request for request, reason in zip(requests, reasons, strict=True) if reason is None]
    # Nobody waits for a second text: a shape is prepared when it comes up.
    async with open_engine(checkpoint, EngineSettings.load(prewarm=False)) as engine:
        scores = iter(await engine.score(scorable))
    return [next(scores) if reason is None else reason for reason in reasons]


def as_fields(number: int, row: "Score | str", rule: "AbstentionRule") -> dict[str, Any]:
    """One row for ``--json``. ``line`` is the text's position from 1; the text itself is not repeated.

    ``uncertain`` is null where there is no rule.
    """
    if isinstance(row, str):
        return {"line": number, "rejected": row}
    return {
        "line": number,
        "emotion": row.primary_emotion,
        "confidence": row.confidence,
        "uncertain": rule.uncertain(row.confidence),
        "top": dict(top(row)),
        "pad": row.pad.model_dump(),
        "readiness": row.readiness.model_dump(mode="json"),
        "truncated": row.truncated,
        "tokens": row.tokens,
    }


def describe(number: int, row: "Score | str", rule: "AbstentionRule") -> str:
    """One row for a person to read."""
    if isinstance(row, str):
        return f"{number}: not scored: {row}"
    pad = row.pad
    doubt = f", uncertain: below {rule.threshold:.0%}" if rule.uncertain(row.confidence) else ""
    return "\n".join(
        [
            f"{number}: {row.primary_emotion} ({row.confidence:.0%}{doubt})"
            + (f", text was cut: {row.tokens} tokens of its start and end were read" if row.truncated else ""),
            "   " + ", ".join(f"{name} {share:.0%}" for name, share in top(row)),
            f"   pleasure {pad.pleasure:.2f}, arousal {pad.arousal:.2f}, dominance {pad.dominance:.2f}, "
            f"readiness {row.readiness.score:.2f} ({row.readiness.state.value.replace('_', ' ')})",
        ]
    )


def top(score: "Score") -> list[tuple[str, float]]:
    """The most probable emotions, largest first."""
    return sorted(zip(EMOTIONS, score.probabilities, strict=True), key=lambda pair: -pair[1])[:TOP]
