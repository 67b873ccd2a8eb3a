"""Train InterventionNet on the sessions, in torch; it is saved as the numpy policy of the state stage."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emotionstream.schemas.affect import LEVELS, InterventionLevel
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.emission import raises
from emotionstream.state.features import FEATURE_NAMES, MEMORY_SETTINGS, Vector, features
from emotionstream.state.learner import note_intervention
from emotionstream.state.observation import observe
from emotionstream.state.policy import InterventionPolicy
from emotionstream.state.snapshot import LearnerState
from emotionstream.training.datasets.sessions import SessionMessage
from emotionstream.training.figures import weighted_kappa
from emotionstream.training.folds import folds
from emotionstream.training.ordinal import ordinal_targets, soft_cross_entropy
from emotionstream.training.session_readings import SessionReadings
from emotionstream.training.settings import PolicySettings
from emotionstream.training.threads import one_thread

COUNT = len(LEVELS)
Decide = Callable[[int, Vector], InterventionLevel]
"""(row, feature vector) -> the level given there."""


class _Net(nn.Module):
    def __init__(self, settings: PolicySettings) -> None:
        super().__init__()
        self.first = nn.Linear(len(FEATURE_NAMES), settings.hidden)
        self.second = nn.Linear(settings.hidden, COUNT)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, vectors: Tensor) -> Tensor:
        logits: Tensor = self.second(self.dropout(self.first(vectors).tanh()))
        return logits


def walk(readings: SessionReadings, sessions: Sequence[int], decide: Decide, settings: StateSettings) -> Vector:
    """Feature vectors [rows, features] of ``sessions``, each learner's state moved on with what ``decide`` gives."""
    vectors: list[Vector] = []
    for session in sessions:
        learner: LearnerState | None = None
        for offset, result in enumerate(readings.results(session)):
            learner = observe(learner, result, settings).learner
            vector = features(result, learner, settings)
            vectors.append(vector)
            level = decide(readings.starts[session] + offset, vector)
            if raises(level, learner.intervention, learner.last_ms, settings):
                learner = note_intervention(learner, level)
    return np.array(vectors)


def train_policy(
    readings: SessionReadings, sessions: Sequence[int], settings: PolicySettings, state: StateSettings, version: str
) -> InterventionPolicy:
    """A policy from ``sessions``. What was raised before follows first the tutors' levels, then also a first policy's
    own: at work it will see its own past, not a tutor's."""
    messages = readings.messages
    rows = readings.rows(sessions)
    tutors = walk(readings, sessions, lambda row, _: messages[row].level, state)
    target = ordinal_targets([_ranks(messages[row]) for row in rows], COUNT, settings.softness)
    first = _fit(tutors, target, settings, state, version)
    own = walk(readings, sessions, lambda _, vector: first.decide(vector).level, state)
    return _fit(np.concatenate([tutors, own]), torch.cat([target, target]), settings, state, version)


def cross_validated(readings: SessionReadings, settings: PolicySettings, state: StateSettings) -> dict[str, Any]:
    """Exact, within one and quadratic weighted kappa of the level, each session held out once.

    The policy runs on its own decisions, as in the stream.
    """
    levels = np.zeros(len(readings.messages), dtype=np.int64)
    for train, held in folds(readings.sessions, settings.folds, settings.seed):
        policy = train_policy(readings, train, settings, state, "cv")

        def decide(row: int, vector: Vector, policy: InterventionPolicy = policy) -> InterventionLevel:
            level = policy.decide(vector).level
            levels[row] = level.rank
            return level

        walk(readings, held, decide, state)
    truth = np.array([message.level.rank for message in readings.messages])
    return policy_figures(levels, truth)


def policy_figures(levels: NDArray[np.int64], truth: NDArray[np.int64]) -> dict[str, Any]:
    """Agreement with the first tutor's level."""
    helped, needed = levels >= InterventionLevel.MILD.rank, truth >= InterventionLevel.MILD.rank
    return {
        "rows": len(truth),
        "exact": float((levels == truth).mean()),
        "within_one": float((np.abs(levels - truth) <= 1).mean()),
        "qwk": weighted_kappa(levels, truth, COUNT),
        "mild_or_more_precision": float(needed[helped].mean()) if helped.any() else 0.0,
        "mild_or_more_recall": float(helped[needed].mean()) if needed.any() else 0.0,
        "majority_exact": float(np.bincount(truth).max() / len(truth)),
        "said": dict(zip(LEVELS, np.bincount(levels, minlength=COUNT).tolist(), strict=True)),
        "wanted": dict(zip(LEVELS, np.bincount(truth, minlength=COUNT).tolist(), strict=True)),
    }


def _ranks(message: SessionMessage) -> list[int]:
    return [level.rank for level in (message.level, message.second_level) if level is not None]


def _fit(
    vectors: Vector, target: Tensor, settings: PolicySettings, state: StateSettings, version: str
) -> InterventionPolicy:
    mean, scale = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), settings.smallest_scale)
    standard = torch.from_numpy((vectors - mean) / scale).float()
    nets = [_member(standard, target, settings, settings.seed + i) for i in range(settings.members)]
    place = np.arange(COUNT, dtype=np.float64)
    return InterventionPolicy(
        version=version,
        weights=(_numpy([n.first.weight for n in nets], 0), _numpy([n.second.weight for n in nets], 1) / len(nets)),
        biases=(
            _numpy([n.first.bias for n in nets], 0),
            np.mean([n.second.bias.detach().numpy() for n in nets], axis=0),
        ),
        mean=mean,
        scale=scale,
        temperature=1.0,
        cost=(place[:, None] - place[None, :]) ** 2,
        activation="tanh",
        decimals=settings.decimals,
        memory_settings={name: getattr(state, name) for name in MEMORY_SETTINGS},
    )


@one_thread
def _member(vectors: Tensor, target: Tensor, settings: PolicySettings, seed: int) -> _Net:
    torch.manual_seed(seed)
    net = _Net(settings).train()
    optimizer = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=settings.weight_decay)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.steps)
    for _ in range(settings.steps):
        chosen = torch.randint(len(vectors), (settings.batch,))
        noisy = vectors[chosen] + settings.noise * torch.randn(settings.batch, vectors.shape[1])
        loss = soft_cross_entropy(net(noisy), target[chosen])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch declares no types here
        optimizer.step()
        plan.step()
    return net.eval()


def _numpy(tensors: list[Tensor], axis: int) -> NDArray[np.float64]:
    return np.concatenate([tensor.detach().double().numpy() for tensor in tensors], axis=axis)
