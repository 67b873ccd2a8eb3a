"""Faults on purpose are off unless asked for."""

from emotionstream.consumers.transactions import Armed, Unharmed, failpoints
from emotionstream.schemas.settings.faults import FaultPoint, FaultSettings


async def test_without_a_setting_nothing_ever_happens() -> None:
    """The default has no place at which it could fail."""
    chosen = failpoints(FaultSettings.load({}))
    assert isinstance(chosen, Unharmed)
    for point in FaultPoint:
        await chosen.reach(point)


async def test_other_places_and_earlier_times_are_passed_unharmed() -> None:
    """A fault is at one place, at one time: this process is still here."""
    chosen = failpoints(FaultSettings.load({"EMOTIONSTREAM_FAULT_POINT": "offsets", "EMOTIONSTREAM_FAULT_PASSES": "2"}))
    assert isinstance(chosen, Armed)
    await chosen.reach(FaultPoint.SENT)
    await chosen.reach(FaultPoint.OFFSETS)
    await chosen.reach(FaultPoint.OFFSETS)
