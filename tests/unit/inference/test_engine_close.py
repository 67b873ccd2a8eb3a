"""An engine whose device hangs."""

import threading
from pathlib import Path
from typing import Any

from emotionstream.inference.engine import Engine
from emotionstream.schemas.settings.engine import EngineSettings


class Hanging:
    """A device that does not close until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def close(self) -> None:
        """Hang."""
        self.let_go.wait(10)


async def test_a_device_that_hangs_is_told_and_not_waited_for() -> None:
    """The engine closes after its patience, and says that the process can only be ended hard."""
    engine, device = Engine(Path(), EngineSettings(close_seconds=0.05)), Hanging()
    loaded: Any = (None, device)
    engine._loaded = loaded
    assert not engine.hung
    await engine.__aexit__(None, None, None)
    assert engine.hung
    device.let_go.set()
