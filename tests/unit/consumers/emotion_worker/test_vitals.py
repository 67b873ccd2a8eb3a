"""Whether the worker makes progress."""

from emotionstream.consumers.emotion_worker.flow import Flow
from emotionstream.consumers.emotion_worker.vitals import Vitals


async def test_waiting_work_without_progress_is_not_well() -> None:
    """Lag or messages in flight, and nothing delivered for longer than the limit: stuck."""
    for lag, in_flight in ((5, 0), (0, 5)):
        flow = Flow(limit=9)
        vitals = Vitals(flow, now=0)
        flow.enter(in_flight)
        vitals.observe(lag, now=1)
        assert vitals.check(now=10, limit=10).ok
        check = vitals.check(now=10.5, limit=10)
        assert not check.ok and "5 messages" in check.why
        vitals.progress(now=10.5)
        assert vitals.check(now=11, limit=10).ok


async def test_an_idle_hour_is_no_standstill() -> None:
    """With nothing to do the worker is well for ever, and the first message after that finds it well."""
    flow = Flow(limit=9)
    vitals = Vitals(flow, now=0)
    assert vitals.check(now=3_600, limit=10).ok
    vitals.observe(0, now=3_600)
    flow.enter(1)
    assert vitals.check(now=3_601, limit=10).ok
    assert not vitals.check(now=3_611, limit=10).ok
