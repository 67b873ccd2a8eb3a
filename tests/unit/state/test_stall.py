"""How long something has not moved."""

from emotionstream.state.stall import Stall


def test_what_moves_has_no_stall_however_long_it_takes() -> None:
    """Ten hours of rebuilding are well: each look finds it further on, or going back (another instance joined)."""
    stall = Stall(0.0)
    for hour in range(10):
        assert stall.seconds(hour % 7, 3_600.0 * hour) == 0.0


def test_a_stall_is_counted_from_the_last_move() -> None:
    """From the start where nothing has moved at all."""
    stall = Stall(100.0)
    assert [stall.seconds(0, now) for now in (100.0, 130.0, 160.0)] == [0.0, 30.0, 60.0]
    assert [stall.seconds(5, now) for now in (170.0, 175.0)] == [0.0, 5.0]
