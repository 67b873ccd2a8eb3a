"""``emotionstream erase``: remove a learner everywhere."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from emotionstream.cli.erase import EraseConfig


def _learner(text: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from emotionstream.schemas.events import Identifier

    try:
        return str(TypeAdapter(Identifier).validate_python(text))
    except ValidationError:
        raise typer.BadParameter(
            "no learner can have this id: 1 to 128 characters, no space at either end, no control characters"
        ) from None


def command(
    user: Annotated[str, typer.Option(help="The learner's id.", parser=_learner, metavar="ID")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[
        float, typer.Option(min=0, max=86_400, help="Seconds for which worker and state stage are each waited for.")
    ] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Remove a learner: rows and texts in PostgreSQL, the state in the learner table; and look whether it is so.

    Stop publishing the learner's messages first: what is said afterwards is a new learner's. Kafka's topics cannot be
    freed of single records: what they hold is gone when it ages out, and the report says when that is. It may be done
    again, and for a learner who is not known.

    Exit codes: 0 erased and proven, 1 not confirmed, 2 no possible id, 3 a setting, 4 Kafka or PostgreSQL does not
    answer or refuses, 5 topics or tables do not fit, 12 erased as far as possible: it says what is not proven yet.
    """
    if not yes:
        typer.confirm(f"Remove everything about learner {user!r}, for good?", abort=True, err=True)
    from emotionstream.cli.erase import erase
    from emotionstream.cli.erase_report import erasure_json, erasure_lines, unproven
    from emotionstream.schemas.errors import ErasureUnprovenError

    config = _config(wait)
    done = asyncio.run(erase(user, config))
    if as_json:
        typer.echo(json.dumps(erasure_json(user, done, config.topics)))
    else:
        for line in erasure_lines(user, done, config.topics):
            typer.echo(line)
    if not done.proven:
        raise ErasureUnprovenError("not proven: " + "; ".join(unproven(done, config.topics)))


def _config(wait: float) -> "EraseConfig":
    from emotionstream.cli.endpoints import named_database, named_kafka
    from emotionstream.cli.erase import EraseConfig
    from emotionstream.schemas.settings.history import HistorySettings
    from emotionstream.schemas.settings.topics import TopicSettings

    return EraseConfig(named_kafka(), TopicSettings.load(), named_database(), HistorySettings.load(), wait)
