"""``emotionstream interventions``."""

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from datetime import UTC
from shlex import quote
from typing import Annotated

import typer

from emotionstream.cli.choices import answers, one_of
from emotionstream.cli.endpoints import named_kafka
from emotionstream.cli.plain import plain
from emotionstream.consumers.interventions import open_subscription
from emotionstream.consumers.subscription import Subscription
from emotionstream.consumers.wording import describe_intervention
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import Intervention
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def interventions() -> None:
    """Watch the interventions that the stream raises."""


@app.command()
def tail(
    *,
    level: Annotated[
        InterventionLevel | None,
        typer.Option(
            parser=one_of(InterventionLevel), metavar=answers(InterventionLevel), help="Only this level and above."
        ),
    ] = None,
    user: Annotated[list[str] | None, typer.Option(help="Only this learner; may be given several times.")] = None,
    group: Annotated[
        str | None, typer.Option(help="Consumer group: goes on where the group stopped, shares the learners.")
    ] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Also what Kafka still has. With --group: the first time only.")
    ] = False,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many.")] = None,
    seconds: Annotated[float | None, typer.Option("--for", min=0.0, help="End after so many seconds.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Print interventions as they are raised, each with its reasons in plain words.

    \b
    Examples:
      emotionstream interventions tail --level moderate
      emotionstream interventions tail --from-beginning --for 5 --json

    \b
    Exit codes:
      0    --count was reached, or --for is over
      1    --for is over before --count was reached
      3    a setting is wrong, or no Kafka is named
      4    Kafka does not answer
      5    the topic is missing
      130  Ctrl-C
    """
    topics = TopicSettings.load()
    subscription = open_subscription(
        group=group, min_level=level, users=user, from_beginning=from_beginning, kafka=named_kafka(), topics=topics
    )
    printed = asyncio.run(_listen(subscription, topics, count, seconds, as_json))
    if count is not None and printed < count:
        raise typer.Exit(1)


async def _listen(
    subscription: AbstractAsyncContextManager[Subscription],
    topics: TopicSettings,
    count: int | None,
    seconds: float | None,
    as_json: bool,
) -> int:
    async with subscription as opened:
        if sys.stderr.isatty():
            typer.echo(f"listening on {topic_name(Topic.INTERVENTIONS, topics)}, Ctrl-C ends", err=True)
        return await _print_some(opened, count, seconds, as_json)


async def _print_some(subscription: Subscription, count: int | None, seconds: float | None, as_json: bool) -> int:
    printed = 0
    try:
        async with asyncio.timeout(seconds) as limit:
            async for intervention in subscription:
                typer.echo(intervention.to_json().decode() if as_json else _for_a_person(intervention))
                subscription.done()
                printed += 1
                if printed == count:
                    break
    except TimeoutError:
        if not limit.expired():  # Not ours, but the client's: an error.
            raise
    return printed


def _for_a_person(intervention: Intervention) -> str:
    at = intervention.sent_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    told = f"{at}  {plain(describe_intervention(intervention))}\n          did it help? "
    if plain(intervention.user_id) != intervention.user_id:
        return told + f"emotionstream outcome {intervention.intervention_id}; --json has the user id, to be copied"
    answer = f"emotionstream outcome {intervention.intervention_id} --user {quote(intervention.user_id)} --helped yes"
    return f"{told}{answer} --by YOU"
