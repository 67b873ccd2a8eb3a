"""Whether a record was lost between the client and the agent."""

from emotionstream.state.delivery import DeliveryLog

PLACE = ("emotion.results.v1", 0)
OTHER = ("emotion.results.v1", 1)
NOW = 100.0


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
    log.delivered(PLACE, [3, 4, 7], NOW)
    log.delivered(PLACE, [9], NOW)
    assert handled(log, 3, 4, 7, 9) == [None, None, None, None]
    assert log.waiting_since([PLACE]) is None


def test_a_lost_record_is_seen_when_the_next_comes() -> None:
    """The later one must not be handled: the lost one would look like a repeat."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4, 7], NOW)
    assert handled(log, 3) == [None]
    assert log.hole_before(PLACE, 7) == 4


def test_a_lost_first_record_is_seen() -> None:
    """Also where nothing of the partition has been handled yet."""
    log = DeliveryLog()
    log.delivered(PLACE, [0, 1], NOW)
    assert log.hole_before(PLACE, 1) == 0


def test_a_lost_last_record_is_waiting() -> None:
    """No later one tells of it: it is known by its waiting."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4], NOW)
    handled(log, 3)
    assert log.waiting_since([OTHER, PLACE]) == NOW
    assert log.waiting_since([OTHER]) is None


def test_reading_again_from_what_is_committed_is_no_hole() -> None:
    """After going back, what was handled may come again, or be left out by another instance's commits."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4, 5], NOW)
    handled(log, 3, 4)
    log.rewound()
    log.delivered(PLACE, [4, 5, 6], NOW)
    assert handled(log, 4, 5, 6) == [None, None, None]
    log.delivered(PLACE, [7], NOW)
    log.rewound()
    log.delivered(PLACE, [20, 21], NOW)
    assert handled(log, 20, 21) == [None, None]


def test_going_back_does_not_hide_a_hole() -> None:
    """What was read before going back and comes late is still held against what was before it."""
    log = DeliveryLog()
    log.delivered(PLACE, [3, 4, 5], NOW)
    handled(log, 3)
    log.rewound()
    assert log.hole_before(PLACE, 5) == 4


def test_waiting_is_counted_from_the_delivery() -> None:
    """A record that comes after a silence has not waited through it; one that comes while others wait adds nothing."""
    log = DeliveryLog()
    log.delivered(PLACE, [3], 1.0)
    handled(log, 3)
    assert log.waiting_since([PLACE]) is None
    log.delivered(PLACE, [4], 3_600.0)
    log.delivered(PLACE, [5], 3_601.0)
    log.delivered(OTHER, [0], 3_602.0)
    assert log.waiting_since([PLACE, OTHER]) == 3_600.0
    handled(log, 4, 5)
    assert log.waiting_since([PLACE, OTHER]) == 3_602.0


def test_what_was_handled_is_forgotten() -> None:
    """However many records go through, only those that wait are remembered."""
    log = DeliveryLog()
    for start in range(0, 1_000, 10):
        log.delivered(PLACE, range(start, start + 10), NOW)
        handled(log, *range(start, start + 10))
    assert log.remembered == 0
    log.delivered(PLACE, [1_000, 1_001], NOW)
    assert log.remembered == 2
