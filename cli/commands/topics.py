"""``emotionstream topics``: the topic catalogue against a broker."""

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from emotionstream.cli.endpoints import kafka_settings
from emotionstream.cli.topics_admin import TopicPlan, TopicStatus, apply_topics, plan_topics
from emotionstream.schemas.errors import TopicMismatchError
from emotionstream.schemas.settings.topics import TopicSettings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command(epilog="Example: emotionstream topics plan --json")
def plan(as_json: AsJson = False) -> None:
    """Say what `topics apply` would do. Changes nothing. Exit code 5 where a topic exists but differs."""
    entries = asyncio.run(plan_topics(kafka_settings(), TopicSettings.load()))
    _report(entries, as_json, missing="to create")


@app.command(epilog="Example: emotionstream topics apply")
def apply(as_json: AsJson = False) -> None:
    """Create the topics that are missing.

    One that exists with another partition count or policy is reported, not changed (exit code 5).
    """
    entries = asyncio.run(apply_topics(kafka_settings(), TopicSettings.load()))
    _report(entries, as_json, missing="created")


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
