"""Text to emotions, PAD and readiness. No Kafka; torch and openvino only when the engine that needs them opens."""

from emotionstream.inference.batching import plan_batches
from emotionstream.inference.engine import Engine, Scorer, open_engine
from emotionstream.inference.scoring import Encoded, Score, ScoreRequest
from emotionstream.inference.text import why_unscorable

__all__ = [
    "Encoded",
    "Engine",
    "Score",
    "ScoreRequest",
    "Scorer",
    "open_engine",
    "plan_batches",
    "why_unscorable",
]
