"""Values, tokens, names, bytes and headers that have broken somebody's parser, somewhere."""

from typing import Any, Final

from fuzz_bases import SECRET

from emotionstream.schemas.settings.intake import IntakeSettings

MOST_BYTES: Final = IntakeSettings().max_value_bytes
ODD_VALUES: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2,
        -0.0,
        0.5,
        1.0000001,
        1e-320,
        1e308,
        2**31,
        2**63,
        -(2**63) - 1,
        10**40,
        10**4_000,
    ),
    *("", " ", "\t\n", "null", "NaN", "0.5", "true", SECRET, f" {SECRET}", f"{SECRET}\n", "\x00", "a\x00b", "\x9b"),
    *("\u200b", "\u2028", "\ufeff", "\ufffe", "\U0010ffff", "é", "e\u0301", "\u202eevil", "..", "a/b?c#d", "%00"),
    *("2026-03-02T10:00:00Z", "2026-03-02", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1772447400"),
    *("2026-02-30T10:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T10:00:60Z", "+2026-03-02T10:00:00Z", "tutor"),
    *([], [SECRET], [[]], {}, {SECRET: SECRET}, {"": None}, ["a"] * 50, SECRET * 40, "s" * 128, "s" * 129),
)
ODD_TOKENS: Final = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "+1", ".5", "5.", "0x1F", "1_000", "9" * 4_000),
    *("9" * 5_000, "0." + "3" * 2_000, "1e-400", "undefined", "None", "True", "'x'", '"\\ud800"', '"\\udc00\\ud800"'),
    *(
        '"\\u0000"',
        '"\\x41"',
        '"a\nb"',
        '"\x01"',
        "[" * 300,
        "[" * 20_000 + "]" * 20_000,
        '{"a":' * 500,
        "/**/1",
        "1//",
    ),
    *('"' + SECRET, "{}", "[]", "", ",", "::"),
)
ODD_NAMES: Final = (
    *("", " ", "engagment", "Text", "TEXT", "text ", "te\u200bxt", "__proto__", "$ref", f"{SECRET} is hard", "a" * 200),
    *("user_id\x00", "é", "constructor", "model_config", "x.y", "0"),
)
CHUNKS: Final = (
    *(
        b"\x00",
        b"\xff",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xf4\x90\x80\x80",
        b"\x1f\x8b\x08",
    ),
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\\u", b"\\ud83d", b"\n", b"null", b"NaN", b"-", b"1e999"),
    *(b"}{", b'","', b'"text":"', SECRET.encode(), b"\xe2\x80\xae", b"\r\n\r\n"),
)
MAGIC: Final = (
    *(
        b"\x00\x00\x00\x00\x07",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"\x04\x22\x4d\x18",
        b"PK\x03\x04",
        b"<?xml?>",
        b"\x80\x04",
    ),
    *(b"%PDF", b"\xff\xfe", b"\xfe\xff", b"Obj\x01", b"\xac\xed\x00\x05", b"---\n", b"user,text\n", b"\x82\xa1a"),
)
HEADER_NAMES: Final = (
    "content-type",
    "ce_type",
    "ce_specversion",
    "ce_id",
    "traceparent",
    "",
    "x",
    "\U0001f600",
    "a" * 300,
)
HEADER_VALUES: Final[tuple[bytes | None, ...]] = (
    *(None, b"", b"\xff\xfe", b"text/xml", b"application/json", b"application/json;", b";", b"APPLICATION/JSON"),
    *(b"application/cloudevents+json", b"1.0", b"0.3", b"emotionstream.chat.message.v1", SECRET.encode(), b"x" * 5_000),
)
