"""Whether a record was lost between the client and the agent."""

from emotionstream.state.delivery import DeliveryLog

PLACE = ("emotion.results.v1", 0)


def handled(log: DeliveryLog, *offsets: int) -> list[int | None]:
    """Handle ``offsets`` in turn; what was missing before each."""
    missing = []
    for offset in offsets:
        missing.append(log.hole_before(PLACE, offset))
        log.handle(PLACE, offset)
    return missing


def test_records_in_order_have_no_hole() -> None:
    """Gaps in offsets (transaction markers, compaction) are none: only what was delivered counts."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4, 7])
    log.delivered(PLACE, [9])
    assert handled(log, 3, 4, 7, 9) == [None, None, None, None]
    assert not log.waiting(PLACE)


def test_a_lost_record_is_seen_when_the_next_comes() -> None:
    """The later one must not be handled: the lost one would look like a repeat."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4, 7])
    assert handled(log, 3) == [None]
    assert log.hole_before(PLACE, 7) == 4


def test_a_lost_first_record_is_seen() -> None:
    """Also where nothing of the partition has been handled yet."""
    log = DeliveryLog()
    log.delivered(PLACE, [0, 1])
    assert log.hole_before(PLACE, 1) == 0


def test_a_lost_last_record_is_waiting() -> None:
    """No later one tells of it: it is known by its waiting."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4])
    handled(log, 3)
    assert log.waiting(PLACE)
    assert not log.waiting(("emotion.results.v1", 1))


def test_reading_again_from_what_is_committed_is_no_hole() -> None:
    """After going back, what was handled may come again, or be left out by another instance's commits."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4, 5])
    handled(log, 3, 4)
    log.rewound()
    log.delivered(PLACE, [4, 5, 6])
    assert handled(log, 4, 5, 6) == [None, None, None]
    log.delivered(PLACE, [7])
    log.rewound()
    log.delivered(PLACE, [20, 21])
    assert handled(log, 20, 21) == [None, None]


def test_going_back_does_not_hide_a_hole() -> None:
    """What was read before going back and comes late is still held against what was before it."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4, 5])
    handled(log, 3)
    log.rewound()
    assert log.hole_before(PLACE, 5) == 4
