"""The documents of the contract: fresh, valid, and breaking no one."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from examples import chat_message, emotion_result, intervention, outcome

from emotionstream.cli.compatibility import breaking_changes
from emotionstream.cli.contracts import asyncapi, documents, event_schemas
from emotionstream.schemas.events import Event

DOCS = Path(__file__).parents[3] / "docs"
BASELINES = sorted((DOCS / "schemas" / "v1").glob("*.json"))
EXAMPLES = {
    "chat-message": chat_message(engagement=0.5),
    "emotion-result": emotion_result(),
    "intervention": intervention(),
    "intervention-outcome": outcome(corrected_emotion="boredom"),
}


def test_the_documents_are_fresh() -> None:
    """What stands in docs/ is what the models say today. If this fails: `make docs`, and look at the difference."""
    written = {name: (DOCS / name).read_text("utf-8") for name in documents()}
    assert written == documents()


def test_no_document_is_left_over() -> None:
    """An event that is gone leaves no schema behind."""
    assert {path.stem for path in (DOCS / "schemas").glob("*.json")} == set(event_schemas())


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda path: path.stem)
def test_no_reader_of_version_1_breaks(baseline: Path) -> None:
    """Readers and records of v1 go on working. A change that must break makes a v2 of the event and its topic."""
    assert breaking_changes(json.loads(baseline.read_text("utf-8")), event_schemas()[baseline.stem]) == []


def test_every_event_has_a_baseline() -> None:
    """Otherwise the test above would hold nothing."""
    assert {path.stem for path in BASELINES} == set(event_schemas())


def test_the_baseline_test_can_fail() -> None:
    """Each required field of each event that is taken away is found."""
    for name, schema in event_schemas().items():
        for field in schema["required"]:
            broken = copy.deepcopy(schema)
            del broken["properties"][field]
            broken["required"].remove(field)
            assert any(field in line for line in breaking_changes(schema, broken)), (name, field)


@pytest.mark.parametrize("name", event_schemas())
def test_a_schema_is_a_schema(name: str) -> None:
    """Valid by the rules of its own dialect."""
    jsonschema.Draft202012Validator.check_schema(event_schemas()[name])


@pytest.mark.parametrize(("name", "event"), EXAMPLES.items())
def test_an_event_fits_its_schema(name: str, event: Event) -> None:
    """What is written is what the document promises, with formats checked."""
    validator = jsonschema.Draft202012Validator(
        event_schemas()[name], format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    value = json.loads(event.to_json())
    validator.validate(value)
    for field in event_schemas()[name]["required"]:
        lacking = {key: known for key, known in value.items() if key != field}
        assert not validator.is_valid(lacking), field


def references(value: Any) -> Iterator[str]:
    """Every ``$ref`` below ``value``."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document: dict[str, Any], reference: str) -> Any:
    """What a reference within ``document`` or beside it leads to."""
    if reference.startswith("./"):
        return json.loads((DOCS / reference).read_text("utf-8"))
    place: Any = document
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def flaws(document: dict[str, Any]) -> list[str]:
    """What breaks the rules of AsyncAPI 3.0.0 (those parts of it that we use)."""
    found = []
    if document.get("asyncapi") != "3.0.0":
        found.append("asyncapi is not 3.0.0")
    found += [f"info.{name} is missing" for name in ("title", "version") if not document.get("info", {}).get(name)]
    allowed = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    found += [f"{name} is unknown" for name in set(document) - allowed]
    for group in ("channels", "operations"):
        found += [f"{name} is no id" for name in document[group] if not re.fullmatch(r"[A-Za-z0-9_\-]+", name)]
    for name, channel in document["channels"].items():
        if not channel.get("address") or not channel.get("messages"):
            found.append(f"channel {name} has no address or no messages")
    for name, operation in document["operations"].items():
        found += operation_flaws(document, name, operation)
    for name, message in document["components"]["messages"].items():
        if message.get("headers", {}).get("type") != "object":
            found.append(f"message {name}: headers are no object")
    for reference in references(document):
        try:
            resolve(document, reference)
        except (KeyError, OSError):
            found.append(f"{reference} leads nowhere")
    return found


def operation_flaws(document: dict[str, Any], name: str, operation: dict[str, Any]) -> Iterator[str]:
    """An operation sends or receives messages of its own channel, by reference."""
    if operation.get("action") not in {"send", "receive"}:
        yield f"operation {name} has no action"
    channel = operation["channel"]["$ref"]
    if channel.removeprefix("#/channels/") not in document["channels"]:
        yield f"operation {name} has no channel"
    for message in operation["messages"]:
        if not message["$ref"].startswith(f"{channel}/messages/"):
            yield f"operation {name} has a message of another channel"


def test_the_asyncapi_document_keeps_the_rules() -> None:
    """Structure, references and ids, as written in docs/."""
    assert flaws(yaml.safe_load((DOCS / "asyncapi.yaml").read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "path",
    [
        "asyncapi",
        "info/title",
        "channels/chat-messages-v1/address",
        "channels/chat-messages-v1/messages",
        "operations/receive-chat-messages-v1/action",
        "components/messages/chat-message",
    ],
)
def test_the_rules_can_fail(path: str) -> None:
    """What is taken away is missed."""
    document = asyncapi()
    *parents, last = path.split("/")
    place = document
    for part in parents:
        place = place[part]
    del place[last]
    assert flaws(document)


def test_every_topic_but_the_changelog_is_a_channel() -> None:
    """Whoever integrates sees all that is on the broker, except the table's inner log."""
    addresses = {channel["address"] for channel in asyncapi()["channels"].values()}
    assert addresses == {
        "chat.messages.v1",
        "chat.messages.v1.dlq",
        "emotion.results.v1",
        "emotion.results.v1.dlq",
        "emotion.interventions.v1",
        "intervention.outcomes.v1",
    }
