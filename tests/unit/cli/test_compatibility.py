"""Changes of a schema that break readers."""

import copy
from typing import Any

import pytest

from emotionstream.cli.compatibility import breaking_changes

OPEN: dict[str, Any] = {
    "$defs": {
        "Level": {"type": "string", "enum": ["low", "high"]},
        "Point": {"$ref": "#/$defs/Inner"},
        "Inner": {"type": "object", "properties": {"x": {"type": "number", "minimum": 0}}, "required": ["x"]},
    },
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "level": {"$ref": "#/$defs/Level"},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "note": {"anyOf": [{"type": "string", "maxLength": 10}, {"type": "null"}]},
        "points": {"type": "array", "items": {"$ref": "#/$defs/Point"}, "minItems": 1},
    },
    "required": ["id", "level"],
}
CLOSED = {**OPEN, "additionalProperties": False}


def changed(path: str, value: object, base: dict[str, Any] = OPEN) -> dict[str, Any]:
    """``base`` with the value at ``path`` (parts joined by ``/``) replaced; None removes it."""
    schema = copy.deepcopy(base)
    *parents, last = path.split("/")
    place = schema
    for part in parents:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


def test_no_change_breaks_nothing() -> None:
    """Also by way of references to references."""
    assert breaking_changes(OPEN, OPEN) == []
    assert breaking_changes(CLOSED, CLOSED) == []


@pytest.mark.parametrize(
    "new",
    [
        changed("properties/extra", {"type": "string"}),
        changed("properties/share/description", "words"),
        changed("properties/share/default", 0.5),
    ],
)
def test_additions_that_old_readers_ignore_break_nothing(new: dict[str, Any]) -> None:
    """A new optional field in an open event, and words about fields."""
    assert breaking_changes(OPEN, new) == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (changed("properties/share", None), "$.share is gone"),
        (changed("properties/id", None), "$.id"),
        (changed("required", ["id", "level", "share"]), "older records: $.share is needed"),
        (changed("required", ["id"]), "older readers: $.level is needed"),
        (changed("$defs/Level/enum", ["low"]), "older records: $.level may have values"),
        (changed("$defs/Level/enum", ["low", "high", "huge"]), "older readers: $.level may have values"),
        (changed("$defs/Level/enum", None), "older readers: $.level"),
        (changed("properties/share/type", "integer"), "older records: $.share may be number"),
        (changed("properties/share/type", "string"), "$.share may be string"),
        (changed("properties/share/type", None), "$.share may be anything"),
        (changed("properties/share/maximum", 2), "older readers: $.share may pass maximum 1"),
        (changed("properties/share/maximum", None), "older readers: $.share may pass maximum 1"),
        (changed("properties/share/minimum", 0.5), "older records: $.share may pass minimum 0.5"),
        (changed("properties/id/format", "uri"), "$.id need not keep format"),
        (changed("properties/id/pattern", "^a"), "older records: $.id need not keep pattern"),
        (changed("properties/note", {"type": "string", "maxLength": 10}), "older records: $.note may be null"),
        (changed("properties/note/anyOf", [{"type": "null"}]), "older records: $.note may be string"),
        (changed("properties/points/minItems", 2), "older records: $.points may pass minItems"),
        (changed("$defs/Inner/required", []), "older readers: $.points[].x is needed"),
        (changed("$defs/Inner/properties/x/type", "string"), "$.points[].x may be string"),
        (changed("additionalProperties", False), ""),
    ],
)
def test_a_breaking_change_is_found_and_placed(new: dict[str, Any], told: str) -> None:
    """Removing, requiring, narrowing (old records) and widening (old readers): each is told with its path."""
    found = breaking_changes(OPEN, new)
    if not told:
        assert found == []
        return
    assert any(told in line for line in found), found


def test_a_new_field_breaks_a_reader_that_refuses_unknown_ones() -> None:
    """Chat messages are closed, so that a typo loses nothing: a new field needs readers upgraded first."""
    new = changed("properties/extra", {"type": "string"}, CLOSED)
    assert breaking_changes(CLOSED, new) == ["older readers: $.extra is refused as unknown"]
