"""A short form of the fuzz run through a running chain, and proof that its ledger can find a loss."""

from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fuzz_chain import run_chain
from fuzz_feed import Fed, records
from fuzz_ledger import Ledger, compare, expected

from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Topic

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.timeout(300)
async def test_a_running_chain_takes_whatever_comes() -> None:
    """1,000 records, some with odd header names: every good one comes out once, every bad one is set aside."""
    ran = await run_chain(seed=7, count=1_000, say=print)
    assert ran.verdict.clean, ran.verdict
    assert ran.verdict.good == 250
    assert ran.ends == {}


def fed() -> list[Fed]:
    """400 records as if a broker had taken them."""
    found = []
    for number, item in enumerate(records(7, 400, NOW)):
        where = SourcePosition(topic="t", partition=0, offset=number, timestamp_ms=int(NOW.timestamp() * 1000))
        found.append(Fed(item.topic, Record(where, item.raw.key, item.raw.value, item.raw.headers), item.said))
    return found


def test_what_is_as_it_should_be_is_clean() -> None:
    """The ledger agrees with itself."""
    wanted = expected(fed(), IntakeSettings(), WorkerSettings())
    assert compare(fed(), wanted, wanted, 0).clean
    assert {"results", "dlq", "results_dlq", "table messages", "table rejections"} <= set(wanted.ids)


@pytest.mark.parametrize("place", ["results", "dlq", "results_dlq", "table messages", "table results"])
def test_a_loss_and_a_repeat_are_found_in_every_place(place: str) -> None:
    """One missing, one twice and one that nobody asked for are each told."""
    wanted = expected(fed(), IntakeSettings(), WorkerSettings())
    short, twice, more = (Ledger({name: Counter(ids) for name, ids in wanted.ids.items()}) for _ in range(3))
    some = next(iter(wanted.ids[place]))
    del short.ids[place][some]
    twice.ids[place][some] += 1
    more.add(place, uuid4())
    assert compare(fed(), wanted, short, 0).missing == {place: 1}
    assert compare(fed(), wanted, twice, 0).doubled == {place: 1}
    assert compare(fed(), wanted, more, 0).unasked == {place: 1}


def test_a_lost_good_message_is_told_as_such() -> None:
    """Also where the oracle itself would not expect it."""
    good = [each for each in fed() if each.said is not None]
    assert all(each.topic is Topic.CHAT for each in good)
    assert compare(fed(), Ledger(), Ledger(), 0).good_lost == len(good) == 100
