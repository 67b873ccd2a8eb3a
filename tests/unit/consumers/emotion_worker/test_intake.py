"""Raw records become items with tokens."""

from dataclasses import replace

import pytest
from examples import chat_message
from fake_scorer import FakeScorer, text_of
from worker_items import record, records

from emotionstream.consumers.emotion_worker.intake import Intake
from emotionstream.schemas.events import ChatMessage, Rejection, RejectionKind, Role
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.worker import WorkerSettings


def intake(scorer: FakeScorer) -> Intake:
    """The first stage around ``scorer``."""
    return Intake(scorer, IntakeSettings(), WorkerSettings())


async def test_only_learners_messages_get_tokens() -> None:
    """A tutor's message and an erase marker need no answer, a bad record gets a rejection, all in order."""
    good = record(chat_message(text="I am lost", message_id="a"), 0)
    tutor = record(chat_message(role=Role.TUTOR, message_id="b"), 1)
    erase = replace(record(chat_message(message_id="c"), 2), value=None)
    bad = replace(record(chat_message(message_id="d"), 3), value=b"{")
    items = await intake(FakeScorer()).prepare([good, tutor, erase, bad], epoch=lambda partition: 4 + partition)
    assert [item.record for item in items] == [good, tutor, erase, bad]
    assert [type(item.found) for item in items] == [ChatMessage, type(None), type(None), Rejection]
    assert [item.encoded and text_of(item.encoded) for item in items] == ["I am lost", None, None, None]
    assert {item.epoch for item in items} == {4}


async def test_a_message_that_comes_twice_is_rejected_once() -> None:
    """The first of two messages with one id is scored, the other rejected; read again, both are judged as before."""
    stage = intake(FakeScorer())
    twice = [record(chat_message(), 0), record(chat_message(), 1)]
    for _ in range(2):
        first, second = await stage.prepare(twice, epoch=lambda partition: 0)
        assert isinstance(first.found, ChatMessage)
        assert isinstance(second.found, Rejection)
        assert second.found.kind is RejectionKind.DUPLICATE_MESSAGE


async def test_text_without_anything_to_see_is_rejected() -> None:
    """A learner's text of invisible characters has nothing to score."""
    (item,) = await intake(FakeScorer()).prepare(records("\u200b\u200e"), epoch=lambda partition: 0)
    assert isinstance(item.found, Rejection)
    assert item.found.kind is RejectionKind.EMPTY_TEXT


async def test_a_text_that_the_tokenizer_cannot_take_is_rejected_alone() -> None:
    """One text that breaks the tokenizer does not cost its neighbours."""
    scorer = FakeScorer()
    scorer.garbles = "kumquat"
    items = await intake(scorer).prepare(records("one", "a kumquat", "two"), epoch=lambda partition: 0)
    assert [item.encoded and text_of(item.encoded) for item in items] == ["one", None, "two"]
    assert isinstance(items[1].found, Rejection)
    assert items[1].found.kind is RejectionKind.UNSCORABLE
    assert "kumquat" not in items[1].found.reason


async def test_a_tokenizer_that_takes_nothing_ends_the_worker() -> None:
    """No message is rejected for a broken tokenizer."""
    scorer = FakeScorer()
    scorer.garbles = ""
    with pytest.raises(ValueError, match="cannot tokenise"):
        await intake(scorer).prepare(records("one"), epoch=lambda partition: 0)


async def test_what_was_refused_may_come_again_corrected_under_its_id() -> None:
    """Invisible text and text that the tokenizer cannot take are not remembered as messages that came."""
    scorer = FakeScorer()
    scorer.garbles = "kumquat"
    stage = intake(scorer)
    for offset, text in enumerate(("\u200b", "a kumquat", "good", "good")):
        (item,) = await stage.prepare([record(chat_message(text=text), offset)], epoch=lambda partition: 0)
        kind = item.found.kind if isinstance(item.found, Rejection) else None
        expected = (RejectionKind.EMPTY_TEXT, RejectionKind.UNSCORABLE, None, RejectionKind.DUPLICATE_MESSAGE)[offset]
        assert kind is expected


async def test_a_tutors_message_takes_no_learners_id() -> None:
    """What is not scored is in nobody's way."""
    stage = intake(FakeScorer())
    tutor, learner = record(chat_message(role=Role.TUTOR), 0), record(chat_message(), 1)
    items = await stage.prepare([tutor, learner], epoch=lambda partition: 0)
    assert [type(item.found) for item in items] == [type(None), ChatMessage]
