"""A short form of `make fuzz`, and proof that it can find what it looks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import fuzz
import fuzz_checks
import pytest
from bad_records import body
from fuzz_bases import SECRET
from fuzz_decoder import placed, record_of, run, run_share
from fuzz_others import run_others

from emotionstream.schemas.decode import reject
from emotionstream.schemas.events import ChatMessage, Rejection, RejectionKind
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings

SETTINGS = IntakeSettings()
DECODABLE = {kind.value for kind in RejectionKind} - {"duplicate_message", "unscorable"}


def test_no_mutated_record_finds_a_fault() -> None:
    """10,000 records: no exception, a message or a rejection with a reason of its own words, no good one lost."""
    tally = run_share(seed=7, numbers=range(10_000))
    assert tally.faults == {}
    assert (tally.seen, tally.good, tally.faulty) == (10_000, 1_000, 0)
    assert tally.accepted > tally.good
    assert set(tally.rejected) == DECODABLE


def test_the_same_seed_gives_the_same_whatever_the_processes() -> None:
    """A fault can be found again; another seed gives other records."""
    alone, _ = run(seed=3, count=600, processes=1)
    shared, _ = run(seed=3, count=600, processes=2)
    assert (alone.digest, alone.rejected, alone.accepted) == (shared.digest, shared.rejected, shared.accepted)
    assert run_share(seed=4, numbers=range(600)).digest != alone.digest


def test_nothing_else_that_decodes_finds_a_fault() -> None:
    """State stage, recorder, subscribers, lines of a file and settings take or refuse whatever comes."""
    found = run_others(seed=7, count=700)
    assert found.faults == {}
    assert all(0 < found.refused[name] < count for name, count in found.seen.items())
    assert set(found.seen) == {"state", "recorder", "lines", "settings", "subscriber"}


def test_a_record_can_be_shown_again(capsys: pytest.CaptureFixture[str]) -> None:
    """`--only` tells what record a number stands for, and what becomes of it."""
    assert fuzz.only(fuzz.options(["--seed", "7", "--only", "10"])) == 0
    assert "nothing wrong" in capsys.readouterr().out


Broken = Callable[..., ChatMessage | Rejection]


def _raises(*_: object) -> Rejection:
    raise RecursionError


def _tells(record: Record, *_: object) -> Rejection:
    return reject(record, (RejectionKind.NOT_JSON, f"what is {SECRET}?"))


def _tells_nothing(record: Record, *_: object) -> Rejection:
    return reject(record, (RejectionKind.NOT_JSON, ""))


def _elsewhere(record: Record, *_: object) -> Rejection:
    return reject(replace(record, position=_at(99)), (RejectionKind.NOT_JSON, "no"))


def _refuses(record: Record, *_: object) -> Rejection:
    return reject(record, (RejectionKind.NOT_JSON, "no"))


def _of_another_key(record: Record, *_: object) -> ChatMessage:
    now = datetime.now(UTC)
    return ChatMessage(message_id="m", user_id="somebody-else", session_id="s", text="x", sent_at=now)


def _at(offset: int) -> SourcePosition:
    return SourcePosition(topic="chat", partition=0, offset=offset, timestamp_ms=0)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (_raises, "raised RecursionError"),
        (_tells, "the reason of not_json repeats content"),
        (_tells_nothing, "a reason of 0 characters"),
        (_elsewhere, "another position"),
        (_refuses, "a good record was lost"),
        (_of_another_key, "a message of another key"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_broken_decoder_is_found_out(broken: Broken, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each check can fail: with a decoder that breaks it, the run says so."""
    monkeypatch.setattr(fuzz_checks, "decode_chat", broken)
    raw, good = record_of(7, 10)
    _, wrong = fuzz_checks.faults(placed(raw, 7, 10, good=True), good, SETTINGS)
    assert fault in wrong


def test_a_decoder_that_changes_its_mind_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same record must be the same to everybody."""
    answers = iter(range(9))
    monkeypatch.setattr(
        fuzz_checks,
        "decode_chat",
        lambda record, *_: reject(record, (RejectionKind.NOT_JSON, f"no {next(answers)}")),
    )
    _, wrong = fuzz_checks.faults(Record(_at(1), b"ada", body()), None, SETTINGS)
    assert "is decoded differently the second time" in wrong
