"""Good events to start from: chat messages as all kinds of publishers write them, and the other topics' events."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from history_events import intervention, outcome, position, rejection, result
from history_events import message as said

from emotionstream.schemas.events import ChatMessage, Role
from emotionstream.schemas.position import Headers
from emotionstream.schemas.rejections import rejection_headers
from emotionstream.schemas.topics import Topic

SECRET = "zqxj"
"""Stands in every text, and in what mutations write: no reason may repeat it."""
LEARNERS = 97
_SAID = (
    "i still dont get why the sign flips",
    "ok!! that finally makes sense 🎉",
    "no entiendo nada, ¿puedes repetirlo?",
    "لا أفهم هذا السؤال",
    "私はまだ混乱しています",
    "שלום, אני אבוד",
    "e\u0301tude \u200d\u2764\ufe0f and a tab\tand a\nline",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1fa\U0001f1e6 a\u0301\u0323\u0302",
    '"quoted" \\ and {braces: true}, [1, 2]',
    "a \x01 control \x7f character",
)


@dataclass(frozen=True, slots=True)
class Raw:
    """A record to be: what a producer hands to Kafka."""

    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Base:
    """A good event: its fields as JSON has them, and the key and headers that belong to it."""

    fields: dict[str, Any]
    key: bytes
    headers: Headers = ()
    event: ChatMessage | None = field(default=None)

    def raw(self, rng: random.Random) -> Raw:
        """As a record, written in one of the ways that JSON allows."""
        return Raw(self.key, written(rng, self.fields).encode(), self.headers)


def written(rng: random.Random, fields: dict[str, Any]) -> str:
    """``fields`` as JSON: any order, spacing and escaping."""
    names = list(fields)
    rng.shuffle(names)
    indent, spaced = rng.choice((None, None, None, 0, 2)), rng.random() < 0.5
    text = json.dumps(
        {name: fields[name] for name in names},
        ensure_ascii=rng.random() < 0.5,
        indent=indent,
        separators=(",", ":") if spaced and indent is None else None,
    )
    return rng.choice(("", "", "", " ", "\r\n\t")) + text + rng.choice(("", "", "", "\n", " \t\r\n"))


def chat(rng: random.Random, number: int, now: datetime) -> Base:
    """A chat message that every decoder must take, as some publisher in some language may write it."""
    user = f"{rng.choice(('learner', 'élève', '学习者', 'a b', 'x:y/z'))}-{number % LEARNERS}"
    message = ChatMessage(
        message_id=f"m-{number}",
        user_id=user,
        session_id=f"s {number % LEARNERS}",
        text=_text(rng),
        sent_at=now - timedelta(seconds=rng.random() * 3_000),
        role=Role.LEARNER if rng.random() < 0.9 else rng.choice((Role.TUTOR, Role.SYSTEM)),
        engagement=rng.choice((None, 0.0, 1.0, rng.random(), 5e-324)),
        cognitive_load=rng.choice((None, rng.random())),
        training_consent=rng.random() < 0.5,
    )
    fields = message.model_dump(mode="json", exclude_none=rng.random() < 0.5)
    return Base(fields, user.encode(), _headers(rng), message)


def others(rng: random.Random, number: int) -> dict[Topic, Base]:
    """A good event of each further topic, with ids of its own."""
    where = position(number, partition=rng.randrange(2))
    scored = result(said(number, f"learner-{number % LEARNERS}"), where)
    raised = intervention(scored)
    letter = rejection_headers(rejection(where), ())
    events: dict[Topic, Any] = {
        Topic.RESULTS: scored,
        Topic.INTERVENTIONS: raised,
        Topic.OUTCOMES: outcome(raised),
    }
    bases = {
        topic: Base(event.model_dump(mode="json", exclude_none=True), event.user_id.encode())
        for topic, event in events.items()
    }
    return bases | {Topic.CHAT_DLQ: Base({"text": SECRET}, scored.user_id.encode(), tuple(letter))}


def _text(rng: random.Random) -> str:
    text = f"{rng.choice(_SAID)} {SECRET} {rng.random():.3f}"
    return text * rng.choice((1, 3, 300)) if rng.random() < 0.02 else text


def _headers(rng: random.Random) -> Headers:
    """None, ours, or somebody else's beside ours."""
    kinds: list[Callable[[], Headers]] = [
        lambda: (),
        lambda: (("content-type", b"application/json"), ("ce_type", ChatMessage.ce_type.encode())),
        lambda: (("content-type", b"Application/JSON ; charset=UTF-8"), ("ce_specversion", b"1.0")),
        lambda: (("x-tenant", SECRET.encode()), ("x-null", None), ("traceparent", b"\xff" * 9)),  # type: ignore[arg-type]  # Kafka's headers may be null.
    ]
    return rng.choice(kinds)()
