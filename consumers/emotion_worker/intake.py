"""The first stage: raw records become items, and learners' messages become tokens."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import structlog

from emotionstream.consumers.emotion_worker.duplicates import RecentMessages
from emotionstream.consumers.emotion_worker.item import Item
from emotionstream.inference.answer import score_request
from emotionstream.inference.engine import Scorer
from emotionstream.inference.scoring import Encoded, ScoreRequest
from emotionstream.inference.text import why_unscorable
from emotionstream.schemas.decode import decode_chat, is_tombstone, reject
from emotionstream.schemas.events import ChatMessage, Rejection, RejectionKind, Role
from emotionstream.schemas.position import Record
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.worker import WorkerSettings

logger = structlog.get_logger()


class Intake:
    """Decodes and tokenises, and remembers the message ids that came lately."""

    def __init__(self, scorer: Scorer, settings: IntakeSettings, worker: WorkerSettings) -> None:
        self._scorer = scorer
        self._settings = settings
        self._recent = RecentMessages(worker.recent_ids)
        self._probe = ScoreRequest(text=worker.probe_text)

    async def prepare(self, records: Sequence[Record], epoch: Callable[[int], int]) -> list[Item]:
        """Items in the order of ``records``, learners' messages with their tokens. ``epoch`` is asked by partition."""
        items = [sort_out(record, epoch(record.position.partition), self._recent, self._settings) for record in records]
        requests = [score_request(item.found) for item in items if isinstance(item.found, ChatMessage)]
        encoded = iter(await self._encode(requests) if requests else ())
        return [self._tokenised(item, next(encoded)) if isinstance(item.found, ChatMessage) else item for item in items]

    def forget(self, items: Iterable[Item]) -> None:
        """Messages that could not be scored: they may come again, corrected, under their ids."""
        for item in items:
            if isinstance(item.found, ChatMessage):
                self._recent.forget(item.found.user_id, item.found.message_id, item.record.position)

    def _tokenised(self, item: Item, encoded: Encoded | None) -> Item:
        if encoded is None:
            self.forget([item])
        return tokenised(item, encoded)

    async def _encode(self, requests: Sequence[ScoreRequest]) -> Sequence[Encoded | None]:
        """Tokens in input order; None for a text that the tokenizer cannot take."""
        try:
            return await self._scorer.encode(requests)
        except Exception as error:
            # A library's own error may quote what it was given: only its type is told.
            logger.warning("tokenizer failed", error=type(error).__name__, messages=len(requests))
            return [await self._encode_alone(request) for request in requests]

    async def _encode_alone(self, request: ScoreRequest) -> Encoded | None:
        try:
            return (await self._scorer.encode([request]))[0]
        except Exception:
            # A tokenizer that takes nothing at all raises here too, and ends the worker: no message pays for it.
            await self._scorer.encode([self._probe])
            return None


def tokenised(item: Item, encoded: Encoded | None) -> Item:
    """``item`` with its tokens, or rejected where there are none."""
    if encoded is not None:
        return replace(item, encoded=encoded)
    return replace(item, found=reject(item.record, (RejectionKind.UNSCORABLE, "the tokenizer fails on this text")))


def sort_out(record: Record, epoch: int, recent: RecentMessages, settings: IntakeSettings) -> Item:
    """What ``record`` is: a learner's message, something that needs no answer, or a rejection."""
    if is_tombstone(record):
        return Item(record, None, epoch)
    found = decode_chat(record, settings)
    if isinstance(found, Rejection):
        return Item(record, found, epoch)
    if found.role is not Role.LEARNER:
        return Item(record, None, epoch)
    blank = why_unscorable(found.text)
    if blank is not None:
        return Item(record, reject(record, (RejectionKind.EMPTY_TEXT, blank)), epoch)
    # Last, so that only what is to be scored enters the window.
    if recent.repeats(found.user_id, found.message_id, record.position):
        flaw = (RejectionKind.DUPLICATE_MESSAGE, "this user's message_id came before, at another offset")
        return Item(record, reject(record, flaw), epoch)
    return Item(record, found, epoch)
