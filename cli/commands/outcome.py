"""``emotionstream outcome``."""

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from emotionstream.cli.choices import answers, one_of
from emotionstream.cli.endpoints import named_kafka
from emotionstream.cli.raised import ask_history, judge
from emotionstream.producers.outcomes import OutcomePublisher, make_outcome
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.emotions import known_emotion
from emotionstream.schemas.events import InterventionOutcome
from emotionstream.schemas.position import SourcePosition


class Helped(StrEnum):
    """The answers."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


def _intervention(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no intervention's id: give the one that `emotionstream interventions tail` prints, such as "
            "0f8e2c1a-5b7d-4c3e-9a61-2d4f8b6e7c10"
        ) from None


def _emotion(name: str) -> str:
    try:
        return known_emotion(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def command(
    intervention: Annotated[
        UUID,
        typer.Argument(
            parser=_intervention, metavar="INTERVENTION", help="Id of the intervention; `interventions tail` prints it."
        ),
    ],
    *,
    user: Annotated[str, typer.Option(help="The learner's pseudonymous id.")],
    helped: Annotated[Helped, typer.Option(parser=one_of(Helped), metavar=answers(Helped), help="Whether it helped.")],
    by: Annotated[str, typer.Option(help="Who says so.")],
    emotion: Annotated[
        str | None,
        typer.Option(
            parser=_emotion,
            metavar="EMOTION",
            help="What the learner really felt, if the stream was wrong: one of the 41 emotions.",
        ),
    ] = None,
    level: Annotated[
        InterventionLevel | None,
        typer.Option(
            parser=one_of(InterventionLevel),
            metavar=answers(InterventionLevel),
            help="The level that would have been right, if the stream was wrong.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Say whether an intervention helped: the next policy learns from it.

    Where the history can be asked (DATABASE_URL, or the `emotionstream up` of this folder), an id of another learner is
    refused, and one that is not recorded is told.

    \b
    Example:
      emotionstream outcome 0f8e2c1a-... --user ada --helped no --by ms-lee --emotion boredom

    \b
    Exit codes: 0 published, 1 not valid or not acknowledged, 2 the command line is wrong, 3 a setting is wrong,
    4 Kafka does not answer, 5 the topic is missing.
    """
    outcome = make_outcome(
        intervention,
        user,
        helped.value,
        reported_by=by,
        reported_at=datetime.now(tz=UTC),
        corrected_emotion=emotion,
        corrected_level=level,
    )
    asked = asyncio.run(ask_history(intervention))
    try:
        note = judge(asked, intervention, user) if asked else ""
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--user") from None
    position = asyncio.run(_publish(outcome))
    typer.echo(outcome.to_json().decode() if as_json else f"thank you: published at {position}")
    if note:
        typer.echo(note, err=True)


async def _publish(outcome: InterventionOutcome) -> SourcePosition:
    async with OutcomePublisher(named_kafka()) as publisher:
        return await publisher.publish(outcome)
