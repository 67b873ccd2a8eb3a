"""Scores chat messages: Kafka in, Kafka out, at least once with ids that a repeat gets again."""

from emotionstream.consumers.emotion_worker.worker import EmotionWorker, WorkerConfig

__all__ = ["EmotionWorker", "WorkerConfig"]
