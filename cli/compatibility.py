"""Whether a changed JSON Schema breaks readers of the old one, or makes old records unreadable. Pure.

Records are kept for weeks and readers are upgraded one by one, so both must hold: readers of the old schema can read
new records, and readers of the new schema can read old records.
"""

from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]

_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_EXACT: Final = ("pattern", "format", "const")


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What breaks between ``old`` and ``new``, one sentence each; empty where both directions hold."""
    return [
        *(f"older readers: {why}" for why in unreadable(old, new)),
        *(f"older records: {why}" for why in unreadable(new, old)),
        *(f"older readers: {path} is gone" for path in _removed(old, new, _Root(old), _Root(new))),
    ]


def unreadable(reader: Schema, writer: Schema) -> list[str]:
    """Why data that fits ``writer`` may not fit ``reader``; empty where all of it does."""
    return list(dict.fromkeys(_compare(reader, writer, _Root(reader), _Root(writer), "$")))


class _Root:
    """Resolves the references within one document, and remembers those being followed."""

    def __init__(self, document: Schema) -> None:
        self._document = document

    def resolve(self, schema: Schema) -> Schema:
        reference = schema.get("$ref")
        if reference is None:
            return schema
        found: Any = self._document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return {**self.resolve(found), **{key: value for key, value in schema.items() if key != "$ref"}}


def _compare(reader: Schema, writer: Schema, in_reader: _Root, in_writer: _Root, path: str) -> Iterator[str]:
    reader, writer = in_reader.resolve(reader), in_writer.resolve(writer)
    if "anyOf" in reader or "anyOf" in writer:
        yield from _alternatives(reader, writer, in_reader, in_writer, path)
        return
    yield from _types(reader, writer, path)
    yield from _values(reader, writer, path)
    yield from _properties(reader, writer, in_reader, in_writer, path)
    if "items" in reader and "items" in writer:
        yield from _compare(reader["items"], writer["items"], in_reader, in_writer, f"{path}[]")


def _alternatives(reader: Schema, writer: Schema, in_reader: _Root, in_writer: _Root, path: str) -> Iterator[str]:
    """Each alternative that may be written must fit one that can be read."""
    readable = reader.get("anyOf", [reader])
    for option in writer.get("anyOf", [writer]):
        tries = [list(_compare(known, option, in_reader, in_writer, path)) for known in readable]
        if all(tries):
            yield from min(tries, key=len)


def _types(reader: Schema, writer: Schema, path: str) -> Iterator[str]:
    readable, written = _type_set(reader), _type_set(writer)
    if readable is None:
        return
    if written is None or not written <= readable | ({"integer"} if "number" in readable else set()):
        told = "anything" if written is None else " or ".join(sorted(written))
        yield f"{path} may be {told}, not only {' or '.join(sorted(readable))}"


def _type_set(schema: Schema) -> set[str] | None:
    kind = schema.get("type")
    return None if kind is None else {kind} if isinstance(kind, str) else set(kind)


def _values(reader: Schema, writer: Schema, path: str) -> Iterator[str]:
    if "enum" in reader:
        unknown = [value for value in writer.get("enum", [writer.get("const")]) if value not in reader["enum"]]
        if unknown:
            yield f"{path} may have values that are not known: {', '.join(map(str, unknown))}"
    for bound, sign in (*((name, 1) for name in _LOWER), *((name, -1) for name in _UPPER)):
        if bound in reader and (bound not in writer or sign * writer[bound] < sign * reader[bound]):
            yield f"{path} may pass {bound} {reader[bound]}"
    for keyword in _EXACT:
        if keyword in reader and writer.get(keyword) != reader[keyword]:
            yield f"{path} need not keep {keyword} {reader[keyword]}"


def _properties(reader: Schema, writer: Schema, in_reader: _Root, in_writer: _Root, path: str) -> Iterator[str]:
    known, written = reader.get("properties", {}), writer.get("properties", {})
    for name in reader.get("required", []):
        if name not in writer.get("required", []):
            yield f"{path}.{name} is needed and may be missing"
    for name in written:
        if name in known:
            yield from _compare(known[name], written[name], in_reader, in_writer, f"{path}.{name}")
        elif reader.get("additionalProperties") is False:
            yield f"{path}.{name} is refused as unknown"


def _removed(old: Schema, new: Schema, in_old: _Root, in_new: _Root, path: str = "$") -> Iterator[str]:
    old, new = in_old.resolve(old), in_new.resolve(new)
    for name, schema in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{path}.{name}"
        else:
            yield from _removed(schema, new["properties"][name], in_old, in_new, f"{path}.{name}")
    if "items" in old and "items" in new:
        yield from _removed(old["items"], new["items"], in_old, in_new, f"{path}[]")
