"""Scores chat messages: Kafka in, Kafka out, exactly once or at least once with ids that a repeat gets again."""

from emotionstream.consumers.emotion_worker.config import WorkerConfig
from emotionstream.consumers.emotion_worker.worker import EmotionWorker

__all__ = ["EmotionWorker", "WorkerConfig"]
