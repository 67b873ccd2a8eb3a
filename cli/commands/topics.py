"""``emotionstream topics``: the topic catalogue against a broker."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from emotionstream.cli.acl import ABOUT, Part, Right, command_lines, rights
from emotionstream.cli.endpoints import named_kafka
from emotionstream.cli.topics_admin import TopicPlan, TopicStatus, apply_topics, plan_topics
from emotionstream.schemas.errors import TopicMismatchError
from emotionstream.schemas.settings.topics import TopicSettings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command(epilog="Example: emotionstream topics plan --json")
def plan(as_json: AsJson = False) -> None:
    """Say what `topics apply` would do. Changes nothing. Exit code 5 where a topic exists but differs."""
    entries = asyncio.run(plan_topics(named_kafka(), TopicSettings.load()))
    _report(entries, as_json, missing="to create")


@app.command(epilog="Example: emotionstream topics apply")
def apply(as_json: AsJson = False) -> None:
    """Create the topics that are missing.

    One that exists with another partition count or policy is reported, not changed (exit code 5).
    """
    entries = asyncio.run(apply_topics(named_kafka(), TopicSettings.load()))
    _report(entries, as_json, missing="created")


@app.command(epilog="Example: emotionstream topics acl --part worker --principal User:scoring")
def acl(
    part: Annotated[list[Part] | None, typer.Option(help="Only this part's rights; may be given again.")] = None,
    principal: Annotated[
        str | None, typer.Option(help="Who gets them, with --part; by default User:PART. Such as User:scoring.")
    ] = None,
    group: Annotated[list[str] | None, typer.Option(help="A subscriber's consumer group; may be given again.")] = None,
    give: Annotated[bool, typer.Option("--apply", help="Give the rights on the broker, instead of calls.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the least rights that each part needs, as calls of Kafka's kafka-acls.sh. Needs no broker without --apply.

    Exit codes: 0, 3 a setting, 4 Kafka does not answer or does not take the rights.
    """
    if principal is not None and len(part or ()) != 1:
        raise typer.BadParameter("--principal goes with one --part: every part has a user of its own")
    topics = TopicSettings.load()
    chosen = {each: rights(each, topics, group or ()) for each in part or list(Part)}
    given = [(principal or f"User:{each}", right) for each, found in chosen.items() for right in found]
    if give:
        from emotionstream.cli.acl_admin import give_rights

        asyncio.run(give_rights(named_kafka(), given))
    if as_json:
        typer.echo(
            json.dumps({"applied": give, "rights": [{"principal": who, **asdict(right)} for who, right in given]})
        )
    elif give:
        typer.echo(f"{len(given)} rights given")
    else:
        _print_calls(chosen, principal)


def _print_calls(chosen: dict[Part, list[Right]], principal: str | None) -> None:
    for part, found in chosen.items():
        typer.echo(f"# {part}: {ABOUT[part]}")
        for line in command_lines(found, principal or f"User:{part}"):
            typer.echo(line)


def _report(entries: Sequence[TopicPlan], as_json: bool, missing: str) -> None:
    """Print the topics; what was missing is called ``missing``.

    Raises:
        TopicMismatchError: one differs.
    """
    words = {TopicStatus.MISSING: missing, TopicStatus.FITS: "fits", TopicStatus.DIFFERS: "differs"}
    if as_json:
        typer.echo(json.dumps({"topics": [_as_dict(entry, words[entry.status]) for entry in entries]}))
    else:
        for entry in entries:
            for line in _lines(entry, words[entry.status]):
                typer.echo(line)
    differing = [entry.spec.name for entry in entries if entry.status is TopicStatus.DIFFERS]
    if differing:
        raise TopicMismatchError(
            f"{', '.join(differing)} exist with other settings and were not changed. Adapt EMOTIONSTREAM_TOPICS_* to "
            "what is there, or change the topic with your broker's tools (partitions can only be added, and adding "
            "them moves learners to other partitions)"
        )


def _as_dict(entry: TopicPlan, status: str) -> dict[str, Any]:
    return {
        "name": entry.spec.name,
        "status": status,
        "partitions": entry.spec.partitions,
        "config": entry.spec.config,
        "differences": [
            {"what": what, "on_broker": current, "wanted": wanted} for what, current, wanted in entry.differences
        ],
    }


def _lines(entry: TopicPlan, status: str) -> list[str]:
    spec = entry.spec
    head = f"{status:<10} {spec.name}  ({spec.partitions} partitions, {spec.config['cleanup.policy']}): {spec.about}"
    return [head, *(f"           {what}: {current}, not {wanted}" for what, current, wanted in entry.differences)]
