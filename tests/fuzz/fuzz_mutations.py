"""What publishers, networks and attackers do to a good record: of its structure, its bytes, its key and its headers."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from fuzz_bases import SECRET, Base, Raw, written
from fuzz_odd import CHUNKS, HEADER_NAMES, HEADER_VALUES, MAGIC, MOST_BYTES, ODD_NAMES, ODD_TOKENS, ODD_VALUES

from emotionstream.schemas.position import Headers

Fields = dict[str, Any]


def mutated(rng: random.Random, base: Base, other: Base) -> Raw:
    """``base`` after one to three mutations; ``other`` is a record that it may be mixed up with."""
    fields = dict(base.fields)
    steps = rng.choice((1, 1, 1, 2, 2, 3))
    for _ in range(rng.randrange(steps + 1)):
        rng.choice(_OF_FIELDS)(rng, fields, other.fields)
    text = written(rng, fields)
    if rng.random() < 0.3:
        text = rng.choice(_OF_TEXT)(rng, text)
    raw = Raw(base.key, text.encode(errors="surrogatepass"), base.headers)
    for _ in range(steps - 1 if rng.random() < 0.4 else 0):
        raw = replace(raw, value=rng.choice(_OF_BYTES)(rng, raw.value or b"", other.raw(rng).value or b""))
    if rng.random() < 0.15:
        raw = replace(raw, key=_key(rng, base.key, other.key))
    if rng.random() < 0.15:
        raw = replace(raw, headers=_headers(rng, raw.headers))
    return raw if rng.random() > 0.03 else _extreme(rng, raw)


def _drop(rng: random.Random, fields: Fields, other: Fields) -> None:
    if fields:
        del fields[rng.choice(list(fields))]


def _replace(rng: random.Random, fields: Fields, other: Fields) -> None:
    fields[_name(rng, fields)] = rng.choice(ODD_VALUES)


def _borrow(rng: random.Random, fields: Fields, other: Fields) -> None:
    fields[_name(rng, fields)] = other[rng.choice(list(other))]


def _add(rng: random.Random, fields: Fields, other: Fields) -> None:
    fields[rng.choice(ODD_NAMES)] = rng.choice(ODD_VALUES)


def _rename(rng: random.Random, fields: Fields, other: Fields) -> None:
    if fields:
        name = rng.choice(list(fields))
        fields[rng.choice((name.upper(), name.title(), name + " ", name[:-1], name.replace("_", "")))] = fields.pop(
            name
        )


def _wrap(rng: random.Random, fields: Fields, other: Fields) -> None:
    name = _name(rng, fields)
    fields[name] = rng.choice(([fields.get(name)], {"value": fields.get(name)}, str(fields.get(name))))


def _inside(rng: random.Random, fields: Fields, other: Fields) -> None:
    """Something wrong in an object or list within, where there is one."""
    within = [name for name, value in fields.items() if isinstance(value, dict | list) and value]
    if not within:
        _replace(rng, fields, other)
        return
    name = rng.choice(within)
    value = fields[name]
    changed: Any = dict(value) if isinstance(value, dict) else list(value)
    place = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
    changed[place] = rng.choice(ODD_VALUES)
    fields[name] = changed


def _touch_string(rng: random.Random, fields: Fields, other: Fields) -> None:
    name = _name(rng, fields)
    value = str(fields.get(name))
    at = rng.randrange(len(value) + 1)
    odd = rng.choice(
        ("\x00", "\x1f", "\x7f", "\x85", "\u200b", "\u202e", "\ud800", "\udfff", "\U0010ffff", " ", SECRET)
    )
    fields[name] = value[:at] + odd + value[at:]


def _name(rng: random.Random, fields: Fields) -> str:
    return rng.choice(list(fields)) if fields else "text"


def _odd_token(rng: random.Random, text: str) -> str:
    """A value, or one more field, that is no JSON, or JSON at its limits."""
    at = text.rfind("}")
    return f'{text[:at]}, "{rng.choice(("engagement", "text", "x", SECRET))}": {rng.choice(ODD_TOKENS)}{text[at:]}'


def _again(rng: random.Random, text: str) -> str:
    """A field twice, with its name escaped or not."""
    name = rng.choice(('"text"', '"te\\u0078t"', '"user_id"', '"sent_at"'))
    return text.replace("{", "{" + f'{name}: "{SECRET}", ', 1)


def _swap_marks(rng: random.Random, text: str) -> str:
    old, new = rng.choice((('"', "'"), (":", "="), (",", ";"), (",", ",,"), ("}", ",}"), ("{", "["), ("\\", "\\\\")))
    return text.replace(old, new, rng.choice((1, -1)))


def _around(rng: random.Random, text: str) -> str:
    before, after = rng.choice(
        (("[", "]"), ('{"message":', "}"), ("(", ");"), ("", text), ("//x\n", ""), ("", "\x00"), ("", "x"))
    )
    return before + text + after


def _encoded(rng: random.Random, value: bytes, other: bytes) -> bytes:
    text = value.decode(errors="replace")
    return text.encode(
        rng.choice(("utf-16", "utf-32", "utf-16-le", "latin-1", "utf-7", "cp037", "utf-8-sig")), "replace"
    )


def _flip(rng: random.Random, value: bytes, other: bytes) -> bytes:
    changed = bytearray(value)
    for _ in range(rng.choice((1, 1, 2, 8)) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _insert(rng: random.Random, value: bytes, other: bytes) -> bytes:
    at = rng.randrange(len(value) + 1)
    return value[:at] + rng.choice(CHUNKS) * rng.choice((1, 1, 40)) + value[at:]


def _cut(rng: random.Random, value: bytes, other: bytes) -> bytes:
    start, stop = sorted((rng.randrange(len(value) + 1), rng.randrange(len(value) + 1)))
    return rng.choice((value[:start], value[stop:], value[:start] + value[stop:]))


def _splice(rng: random.Random, value: bytes, other: bytes) -> bytes:
    return value[: rng.randrange(len(value) + 1)] + other[rng.randrange(len(other) + 1) :]


def _noise(rng: random.Random, value: bytes, other: bytes) -> bytes:
    return rng.choice((b"", *MAGIC)) + rng.randbytes(rng.choice((0, 1, 7, 200, 3_000)))


def _key(rng: random.Random, key: bytes, other: bytes) -> bytes | None:
    odd = (None, b"", other, key.upper(), key + b" ", b" " + key, key[:-1], b"\xff\xfe", b"\x00", b"null", key * 50)
    return rng.choice(odd)


def _headers(rng: random.Random, headers: Headers) -> Headers:
    added: list[Any] = [
        (rng.choice(HEADER_NAMES), rng.choice(HEADER_VALUES)) for _ in range(rng.choice((1, 1, 3, 300)))
    ]
    return (*added, *headers) if rng.random() < 0.5 else (*headers, *added)


def _extreme(rng: random.Random, raw: Raw) -> Raw:
    """No value, or one about as large as the limit."""
    if rng.random() < 0.9:
        return replace(raw, value=rng.choice((None, b"")))
    value = raw.value or b""
    return replace(raw, value=value + b" " * (MOST_BYTES - len(value) + rng.choice((-1, 0, 1, 200_000))))


_OF_FIELDS: Final[tuple[Callable[[random.Random, Fields, Fields], None], ...]] = (
    *(_drop, _replace, _replace, _borrow, _add, _rename, _wrap, _inside, _touch_string),
)
_OF_TEXT: Final[tuple[Callable[[random.Random, str], str], ...]] = (
    _odd_token,
    _odd_token,
    _again,
    _swap_marks,
    _around,
)
_OF_BYTES: Final[tuple[Callable[[random.Random, bytes, bytes], bytes], ...]] = (
    *(_encoded, _flip, _flip, _insert, _insert, _cut, _splice, _noise),
)
