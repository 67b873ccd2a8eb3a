"""The judge itself: each kind of harm, made by hand, is found and counted, and nothing is found where all is well."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fake_scorer import score_of
from faults.judge import Rows, judge, oracle, unexplained
from faults.load import TAG, Item, Kind, Mix, lesson
from faults.switches import _CONFLICT
from faults.tally import Tally, place_of

from emotionstream.history.queries import query
from emotionstream.history.tables import STAGED
from emotionstream.inference.answer import emotion_result
from emotionstream.schemas.decode import decode_chat
from emotionstream.schemas.events import ChatMessage, EmotionResult, ModelInfo, Rejection
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings

MODEL = ModelInfo(name="fake", version="1", engine="test")
PARTITIONS = 2
RECORDS = 300
NOW_MS = int(datetime.now(UTC).timestamp() * 1000)


def record_of(item: Item, offset: int) -> Record:
    """``item`` as it stands in Kafka."""
    position = SourcePosition(topic="chat", partition=item.partition, offset=offset, timestamp_ms=NOW_MS)
    return Record(position, item.key, item.value, tuple(item.headers))


def answered(records: dict[tuple[int, int], Record]) -> Tally:
    """A chain that worked: every record answered, folded in, and raised."""
    tally = Tally(chat=records)
    for place, record in records.items():
        tally.numbers[place] = int(dict(record.headers)[TAG])
        found = decode_chat(record, IntakeSettings())
        if isinstance(found, ChatMessage):
            score = score_of(found.text)
            tally.results.append(emotion_result(found, record.position, score, MODEL, record.position.time))
        else:
            assert isinstance(found, Rejection)
            tally.rejects.append(found.source)
        tally.answers[place] += 1
    want = oracle(tally.results)
    tally.table = dict(want.table)
    tally.interventions = list(want.interventions.values())
    return tally


def recorded(tally: Tally) -> dict[str, Counter[str]]:
    """A recorder that worked."""
    from faults.judge import _rows_wanted

    return {table: Counter(ids) for table, ids in _rows_wanted(tally, oracle(tally.results)).items()}


@pytest.fixture
def world() -> tuple[dict[int, Kind], Tally, dict[str, Counter[str]]]:
    """A lesson, and all that must come of it."""
    items = lesson(Mix(poison=0.1, repeats=0.05), random.Random(5), PARTITIONS)
    ends: Counter[int] = Counter()
    records, sent = {}, {}
    for item in (next(items) for _ in range(RECORDS)):
        record = record_of(item, ends[item.partition])
        ends[item.partition] += 1
        records[place_of(record.position)] = record
        sent[item.number] = item.kind
    tally = answered(records)
    return sent, tally, recorded(tally)


World = tuple[dict[int, Kind], Tally, dict[str, Counter[str]]]


def test_nothing_is_found_where_all_is_well(world: World) -> None:
    """Every record answered once, the table and the rows as they must be; all kinds of records are among them."""
    sent, tally, rows = world
    findings = judge(sent, tally, rows)
    assert findings.clean, findings.told()
    assert set(sent.values()) == set(Kind)
    assert tally.interventions


def test_a_lost_record_is_found(world: World) -> None:
    """One without an answer is missing; one that never came to the topic is unpublished."""
    sent, tally, rows = world
    lost = tally.results.pop()
    del tally.answers[place_of(lost.source)]
    assert judge(sent, tally, rows).missing == 1
    assert judge({**sent, RECORDS + 1: Kind.GOOD}, tally, rows).unpublished == 1


def test_a_second_answer_is_found(world: World) -> None:
    """Of two results, or a result and a dead letter, of one record."""
    sent, tally, rows = world
    tally.answers[place_of(tally.results[0].source)] += 1
    assert judge(sent, tally, rows).doubled == 1


def test_an_answer_to_nothing_is_found(world: World) -> None:
    """Such as the result of a record whose transaction was taken back, or one under a wrong id."""
    sent, tally, rows = world
    tally.answers[PARTITIONS - 1, 9_999] += 1
    first = tally.results[0]
    tally.results[0] = first.model_copy(update={"result_id": tally.results[1].result_id})
    assert judge(sent, tally, rows).extra == 2


def test_a_wrong_kind_of_answer_is_found(world: World) -> None:
    """A good record among the dead letters, a bad one scored, a result that the state stage refused."""
    sent, tally, rows = world
    swapped = {n: {Kind.GOOD: Kind.BAD, Kind.BAD: Kind.GOOD}.get(kind, kind) for n, kind in sent.items()}
    count = sum(kind is not Kind.REPEAT for kind in sent.values())
    assert judge(swapped, tally, rows).mistaken == count
    tally.refused.append(tally.rejects[0])
    assert judge(sent, tally, rows).mistaken == 1


def test_results_out_of_order_are_found(world: World) -> None:
    """Of one learner; learners among each other have no order."""
    sent, tally, rows = world
    learner = tally.results[0].user_id
    own: list[EmotionResult] = [each for each in tally.results if each.user_id == learner]
    others = [each for each in tally.results if each.user_id != learner]
    tally.results = [*others, *own]
    assert not judge(sent, tally, rows).disordered
    tally.results = [*others, own[1], own[0], *own[2:]]
    findings = judge(sent, tally, rows)
    assert findings.disordered == 1
    assert findings.table == 1


def test_a_wrong_table_is_found(world: World) -> None:
    """A learner who is missing, one too many, and one whose state is an older one."""
    sent, tally, rows = world
    users = sorted(tally.table)
    del tally.table[users[0]]
    tally.table["nobody"] = tally.table[users[1]]
    tally.table[users[2]] = tally.table[users[3]]
    assert judge(sent, tally, rows).table == 3


def test_wrong_interventions_are_found_and_the_same_again_is_not(world: World) -> None:
    """A repeat under the same id is known to who reads it; a lost one, or another content, is harm."""
    sent, tally, rows = world
    first = tally.interventions[0]
    tally.interventions.append(first)
    assert judge(sent, tally, rows).clean
    tally.interventions.append(first.model_copy(update={"policy_version": "another"}))
    assert judge(sent, tally, rows).interventions == 2  # Not the oracle's, and two contents under one id.
    tally.interventions = tally.interventions[1:-2]
    assert judge(sent, tally, rows).interventions == 1


@pytest.mark.parametrize("table", ["messages", "results", "interventions", "rejections"])
def test_wrong_rows_are_found(world: World, table: str) -> None:
    """In any table: one that is missing, one that nothing asked for, one that stands twice."""
    sent, tally, rows = world
    first, second = list(rows[table])[:2]
    wrong: Rows = {**rows, table: (rows[table] - Counter([first])) + Counter(["another", second])}
    findings = judge(sent, tally, wrong)
    assert (findings.rows_missing, findings.rows_extra, findings.rows_doubled) == (1, 1, 1)
    assert not replace(findings, rows_missing=0, rows_extra=0, rows_doubled=0).told()


def test_an_end_that_no_part_may_have_is_found() -> None:
    """A traceback, a segmentation fault, and a code after which nobody starts it again; others are known."""
    exits = {"worker-1": [-9, 1, 0], "state-1": [72, -11, 5], "recorder-1": [4, 70], "state-2": [71]}
    assert unexplained(exits) == ["worker-1 ended with 1", "state-1 ended with -11, 5"]


def test_the_conflict_rule_is_there_to_be_taken_out() -> None:
    """Every insert of an event has it, under the words that the switch takes out."""
    for staged in STAGED.values():
        assert _CONFLICT.search(query(staged.insert))
        assert "CONFLICT" not in _CONFLICT.sub("", query(staged.insert))
