"""The contract on the wire, as documents: JSON Schemas of the events, and an AsyncAPI 3 document of the topics."""

import json
from typing import Any, Final

from pydantic import BaseModel

from emotionstream.schemas.events import (
    ChatMessage,
    EmotionResult,
    Event,
    Intervention,
    InterventionOutcome,
    Rejection,
)
from emotionstream.schemas.rejections import HEADER_NAMES
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, TopicSpec, catalogue

CONTRACT_VERSION: Final = "1.0.0"
"""Version of the events and topics, not of the program."""

SCHEMA_FOLDER: Final = "schemas"
ASYNCAPI_FILE: Final = "asyncapi.yaml"

_EVENTS: Final[dict[str, type[BaseModel]]] = {
    "chat-message": ChatMessage,
    "emotion-result": EmotionResult,
    "intervention": Intervention,
    "intervention-outcome": InterventionOutcome,
    "rejection": Rejection,
}
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_SCHEMA_FORMAT: Final = "application/schema+json;version=draft-2020-12"
_KAFKA_BINDING: Final = "0.5.0"
_READ: Final = frozenset({Topic.CHAT, Topic.OUTCOMES})
"""Topics that the system reads from outside; to the others it writes."""


def event_schemas() -> dict[str, dict[str, Any]]:
    """Name -> JSON Schema of what may stand in a record's value (a rejection: in its headers)."""
    return {name: _schema(model) for name, model in _EVENTS.items()}


def documents() -> dict[str, str]:
    """Path below the documents' folder -> content, as ``schemas export`` writes them.

    Raises:
        ModuleNotFoundError: PyYAML is not installed.
    """
    import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

    files = {
        f"{SCHEMA_FOLDER}/{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in event_schemas().items()
    }
    note = "# Written by `emotionstream schemas export`; do not edit.\n"
    files[ASYNCAPI_FILE] = note + yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=110)
    return files


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document, with the topics' default settings.

    https://www.asyncapi.com/docs/reference/specification/v3.0.0
    """
    topics = {
        topic: spec for topic, spec in catalogue(TopicSettings()).items() if topic is not Topic.LEARNERS_CHANGELOG
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MasterX Emotion Stream",
            "version": CONTRACT_VERSION,
            "description": "Chat messages in; emotions, learner state and interventions out. Every record is keyed by "
            "the learner's pseudonymous user_id. Numbers are the defaults of the settings.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_slug(topic): _channel(spec) for topic, spec in topics.items()},
        "operations": {_operation_name(topic): _operation(topic, spec) for topic, spec in topics.items()},
        "components": {"messages": _messages()},
    }


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    head: dict[str, Any] = {"$schema": _DIALECT}
    if issubclass(model, Event):
        head["$id"] = f"urn:{model.ce_type.replace('.', ':')}"
    return head | model.model_json_schema()


def _slug(topic: Topic) -> str:
    return topic.value.replace(".", "-")


def _operation_name(topic: Topic) -> str:
    return ("receive-" if topic in _READ else "send-") + _slug(topic)


def _message_name(spec: TopicSpec) -> str:
    return next((name for name, model in _EVENTS.items() if model is spec.event), "rejected-record")


def _channel(spec: TopicSpec) -> dict[str, Any]:
    policy = {key: spec.config[key] for key in ("cleanup.policy", "retention.ms", "max.message.bytes")}
    configuration: dict[str, Any] = {
        "cleanup.policy": policy["cleanup.policy"].split(","),
        "retention.ms": int(policy["retention.ms"]),
        "max.message.bytes": int(policy["max.message.bytes"]),
    }
    return {
        "address": spec.name,
        "description": spec.about,
        "messages": {_message_name(spec): {"$ref": f"#/components/messages/{_message_name(spec)}"}},
        "bindings": {
            "kafka": {
                "topic": spec.name,
                "partitions": spec.partitions,
                "replicas": spec.replication_factor,
                "topicConfiguration": configuration,
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _operation(topic: Topic, spec: TopicSpec) -> dict[str, Any]:
    channel = f"#/channels/{_slug(topic)}"
    return {
        "action": "receive" if topic in _READ else "send",
        "channel": {"$ref": channel},
        "summary": spec.about,
        "messages": [{"$ref": f"{channel}/messages/{_message_name(spec)}"}],
    }


def _messages() -> dict[str, Any]:
    events = {name: model for name, model in _EVENTS.items() if issubclass(model, Event)}
    return {name: _message(name, model) for name, model in events.items()} | {"rejected-record": _rejected()}


def _message(name: str, model: type[Event]) -> dict[str, Any]:
    return {
        "name": model.__name__,
        "title": name.replace("-", " "),
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "headers": _headers({"ce_type": model.ce_type, "ce_specversion": "1.0", "content-type": "application/json"}),
        "payload": {"schemaFormat": _SCHEMA_FORMAT, "schema": {"$ref": f"./{SCHEMA_FOLDER}/{name}.json"}},
        "bindings": _key(),
    }


def _headers(constants: dict[str, str]) -> dict[str, Any]:
    """CloudEvents in Kafka's binary mode; headers may be absent, but must not contradict the value."""
    texts = {name: {"type": "string"} for name in ("ce_id", "ce_source", "ce_time", "traceparent")}
    return {"type": "object", "properties": {**{name: {"const": value} for name, value in constants.items()}, **texts}}


def _key() -> dict[str, Any]:
    key = {"type": "string", "description": "the learner's user_id"}
    return {"kafka": {"key": key, "bindingVersion": _KAFKA_BINDING}}


def _rejected() -> dict[str, Any]:
    return {
        "name": "RejectedRecord",
        "title": "rejected record",
        "summary": "The original record, as it came, with the rejection's fields as headers (see rejection.json).",
        "headers": {
            "type": "object",
            "required": list(HEADER_NAMES),
            "properties": {name: {"type": "string"} for name in HEADER_NAMES},
        },
        "payload": {"description": "the original value, whatever it is"},
        "bindings": _key(),
    }
