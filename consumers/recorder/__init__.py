"""The recorder: everything on the topics goes into the history, once."""

from emotionstream.consumers.recorder.service import Recorder, run

__all__ = ["Recorder", "run"]
