"""What must hold for any chat record whatever: the checks of the decoder's fuzz run."""

import re
from collections.abc import Iterator
from typing import Final

from fuzz_bases import SECRET

from emotionstream.schemas.dead_letters import dead_letter, record_bytes
from emotionstream.schemas.decode import decode_chat, is_tombstone
from emotionstream.schemas.events import ChatMessage, Rejection, RejectionKind
from emotionstream.schemas.position import Record
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.intake import IntakeSettings

Found = ChatMessage | Rejection
REASON_CHARS: Final = 1_000
_LATER: Final = {RejectionKind.DUPLICATE_MESSAGE, RejectionKind.UNSCORABLE}
"""Kinds that the decoder cannot give: they need more than the record."""
_PLAIN: Final = re.compile(r"[ -~]+")
_TRACE: Final = SECRET[:3]
_LARGEST: Final = 1_048_576


def faults(record: Record, good: ChatMessage | None, settings: IntakeSettings) -> tuple[Found | None, list[str]]:
    """What ``record`` was decoded to, and what is wrong with that. ``good``: the message that it must be."""
    try:
        found, again = decode_chat(record, settings), decode_chat(record, settings)
        seen = is_tombstone(record), decode_chat(record, settings, "recorder")
    except Exception as error:  # Any: that is what is looked for.
        return None, [f"raised {type(error).__name__}"]
    wrong = list(_sameness(found, again, seen[1]))
    if good is not None and found != good:
        wrong.append("a good record was lost")
    if isinstance(found, Rejection):
        wrong += _rejection(record, found)
    elif isinstance(found, ChatMessage):
        wrong += _message(record, found, seen[0])
    else:
        wrong.append(f"is a {type(found).__name__}")
    return found, wrong


def leaks(reason: str) -> bool:
    """Whether ``reason`` repeats what a record held, be it an unknown field's name."""
    return _TRACE in reason.lower() or _PLAIN.fullmatch(reason) is None


def _sameness(found: Found, again: Found, recorder: Found) -> Iterator[str]:
    if found != again:
        yield "is decoded differently the second time"
    if isinstance(found, ChatMessage) != isinstance(recorder, ChatMessage):
        yield "worker and recorder disagree on it"


def _rejection(record: Record, found: Rejection) -> Iterator[str]:
    if found.kind not in set(RejectionKind) - _LATER:
        yield f"kind {found.kind}"
    if not 0 < len(found.reason) <= REASON_CHARS:
        yield f"a reason of {len(found.reason)} characters"
    if leaks(found.reason):
        yield f"the reason of {found.kind.value} repeats content"
    if found.source != record.position:
        yield "another position"
    letter = dead_letter(record, found, _LARGEST)
    if parse_rejection(tuple(letter.headers)) != letter.rejection:
        yield "its dead letter cannot be read back"
    if record_bytes(record) <= _LARGEST and (letter.key, letter.value) != (record.key, record.value):
        yield "its dead letter is not the record"


def _message(record: Record, found: ChatMessage, erased: bool) -> Iterator[str]:
    if erased or record.key != found.user_id.encode():
        yield "a message of another key"
    if not found.text.strip() or "\x00" in found.text:
        yield "a message without a text that can be kept"
    if ChatMessage.model_validate_json(found.to_json()) != found:
        yield "does not survive being written again"
