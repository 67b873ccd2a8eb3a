"""What is in flight is bounded, in order, and dropped when its partitions move."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from worker_items import item

from emotionstream.consumers.emotion_worker.flow import Flow, Inbox, within_budget


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 9), st.integers(1, 100))
def test_a_turn_fits_its_budget_and_is_never_empty(tokens: list[int], max_messages: int, max_tokens: int) -> None:
    """As many of the first messages as fit are taken, but at least one, so that none waits for ever."""
    count = within_budget(tokens, max_messages, max_tokens)
    assert 1 <= count <= max_messages
    assert count == 1 or sum(tokens[:count]) <= max_tokens
    assert count in (len(tokens), max_messages) or sum(tokens[: count + 1]) > max_tokens


async def test_the_inbox_gives_what_waits_in_order_without_a_timer() -> None:
    """One item that waits is given at once; what came meanwhile is given together."""
    inbox = Inbox()
    inbox.put([item(offset=1)])
    assert [found.record.position.offset for found in await inbox.take(9, 1_000)] == [1]
    inbox.put([item(offset=2), item(offset=3)])
    inbox.put([item(offset=4)])
    assert [found.record.position.offset for found in await inbox.take(9, 1_000)] == [2, 3, 4]


async def test_a_closed_inbox_is_drained_first() -> None:
    """Closing loses nothing: what waits is given, then nothing, also to who waited already."""
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.take(9, 1_000))
    await asyncio.sleep(0)
    inbox.put([item()])
    inbox.close()
    assert len(await waiting) == 1
    assert await inbox.take(9, 1_000) == []


async def test_room_comes_back_when_messages_leave() -> None:
    """Nothing may be taken at the limit; as soon as something left, it may."""
    flow = Flow(limit=2)
    flow.enter(2)
    assert not await flow.wait_for_room(0.01)
    waiting = asyncio.create_task(flow.wait_for_room(30))
    await asyncio.sleep(0)
    flow.leave(1)
    assert await waiting
    assert flow.room == 1


async def test_room_counts_bytes_as_if_every_message_were_as_large_as_one_may_be() -> None:
    """Whatever comes fits the budget, and what was large makes room again when it leaves."""
    flow = Flow(limit=9, max_bytes=100, record_bytes=25)
    assert flow.room == 4
    flow.enter(4, 4 * 25)
    assert not await flow.wait_for_room(0.01)
    flow.leave(1, 25)
    assert flow.room == 1
    flow.enter(1, 1)
    assert flow.room == 0
    flow.leave(4, 76)
    assert flow.room == 4


async def test_what_is_dropped_gives_its_bytes_back() -> None:
    """A rebalance leaves no bytes behind that nobody holds."""
    held = item(epoch=-1)
    size = held.record.size
    flow = Flow(limit=9, max_bytes=size, record_bytes=size)
    flow.enter(1, size)
    assert flow.room == 0
    assert flow.drop_stale([held]) == []
    assert flow.room == 1


async def test_items_of_a_partition_that_was_given_up_are_dropped() -> None:
    """What is in flight of it is done again elsewhere, and counts no more; other partitions go on."""
    flow = Flow(limit=9)
    flow.enter(3)
    old, other = item(epoch=flow.epoch(0)), item(epoch=flow.epoch(1), partition=1)
    flow.give_up([0])
    new = item(epoch=flow.epoch(0))
    assert flow.drop_stale([old, other, new]) == [other, new]
    assert flow.in_flight == 2


async def test_waiting_until_empty_is_bounded() -> None:
    """A rebalance waits for what is in flight, but not for ever."""
    flow = Flow(limit=9)
    flow.enter(1)
    assert not await flow.wait_until_empty(0.01)
    flow.leave(1)
    assert await flow.wait_until_empty(0.01)


async def test_taking_goes_on_once_less_than_a_turn_waits() -> None:
    """Whoever waits for the inbox to shrink goes on with the turn that shrinks it, and not before."""
    inbox = Inbox()
    inbox.put([item(offset=offset) for offset in range(3)])
    waiting = asyncio.create_task(inbox.wait_below(3, seconds=60))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    await inbox.take(max_messages=1, max_tokens=1_000)
    await asyncio.wait_for(waiting, 5)


async def test_taking_goes_on_in_time_though_the_device_takes_nothing() -> None:
    """A device that hangs does not keep the worker from looking at Kafka."""
    inbox = Inbox()
    inbox.put([item(offset=offset) for offset in range(3)])
    await asyncio.wait_for(inbox.wait_below(3, seconds=0.01), 5)
