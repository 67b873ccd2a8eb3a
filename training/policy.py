"""Train InterventionNet on the sessions, in torch; it is saved as the numpy policy of the state stage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emotionstream.schemas.affect import LEVELS, InterventionLevel
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.emission import raises
from emotionstream.state.features import FEATURE_INDEX, FEATURE_NAMES, GROUPS, MEMORY_SETTINGS, Vector, features
from emotionstream.state.learner import note_intervention
from emotionstream.state.observation import observe
from emotionstream.state.policy import InterventionPolicy
from emotionstream.state.snapshot import LearnerState
from emotionstream.training.datasets.sessions import SessionMessage
from emotionstream.training.figures import pearson, weighted_kappa
from emotionstream.training.folds import folds
from emotionstream.training.ordinal import ordinal_targets, soft_cross_entropy
from emotionstream.training.session_readings import SessionReadings
from emotionstream.training.settings import PolicySettings
from emotionstream.training.threads import one_thread

COUNT = len(LEVELS)
POWERS: Final = (1.0, 1.5, 2.0)
UNDERS: Final = (1.0, 1.25, 1.5, 2.0)
"""Of the costs that are tried: how a miss grows with its distance, and how much dearer too little help is."""
Views = Sequence[SessionReadings]
"""The same sessions read with more or less of their context; the first as recorded."""
Decide = Callable[[int, Vector], InterventionLevel]
"""(row, feature vector) -> the level given there."""
Adjust = Callable[[InterventionPolicy], InterventionPolicy]
"""What is done to a policy that was trained on labels, such as weighting it by outcomes."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is learned from: [rows, features], the levels' shares [rows, levels] and the first tutor's ranks [rows]."""

    vectors: Vector
    target: Tensor
    ranks: NDArray[np.int64]


class _Net(nn.Module):
    """An ensemble that puts a learner's need on one line, which levels share in order.

    The log odds of level k + 1 to level k are ``width_k * (place - border_k)`` with widths above 0 and borders that
    rise (the stereotype model, Anderson, 1984, kept in order): the probabilities have one peak, so what is decided in
    their middle is also likely. Members find the place each in its own way and share widths and borders, so that the
    mean of their logits has one peak too, and is one wider net, exactly.
    """

    def __init__(self, settings: PolicySettings) -> None:
        super().__init__()
        self.members = settings.members
        self.first = nn.Linear(len(FEATURE_NAMES), settings.members * settings.hidden)
        self.second = nn.Parameter(torch.randn(settings.members, settings.hidden) / settings.hidden**0.5)
        self.gaps = nn.Parameter(torch.zeros(COUNT - 1))
        self.spread = nn.Parameter(torch.zeros(COUNT - 1))
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, vectors: Tensor) -> Tensor:
        """[rows, members, levels]."""
        hidden = self.dropout(self.first(vectors).tanh()).unflatten(1, (self.members, -1))
        place = (hidden * self.second).sum(dim=2)
        slopes, heights = self.levels()
        logits: Tensor = place[:, :, None] * slopes + heights
        return logits

    def levels(self) -> tuple[Tensor, Tensor]:
        """Slope and height [levels] of each level's logit over the place; the first level's are 0."""
        widths = nn.functional.softplus(self.spread)
        borders = torch.cat([self.gaps[:1], nn.functional.softplus(self.gaps[1:])]).cumsum(dim=0)
        zero = torch.zeros(1)
        return torch.cat([zero, widths.cumsum(dim=0)]), torch.cat([zero, -(widths * borders).cumsum(dim=0)])


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
    views: Views, sessions: Sequence[int], settings: PolicySettings, state: StateSettings, version: str
) -> InterventionPolicy:
    """A policy from ``sessions``, in every view: what is not known of a context must not hide a learner's need.

    What was raised before follows first the tutors' levels, then also a first policy's own: at work it will see its
    own past, not a tutor's.
    """
    rows = views[0].rows(sessions)
    messages = views[0].messages
    tutors = np.concatenate([walk(view, sessions, lambda row, _: messages[row].level, state) for view in views])
    ranks = np.tile([messages[row].level.rank for row in rows], len(views))
    target = ordinal_targets([_ranks(messages[row]) for row in rows], COUNT, settings.softness).repeat(len(views), 1)
    first = _fit(_Rows(tutors, target, ranks), settings, state, version)
    own = np.concatenate([walk(view, sessions, lambda _, v: first.decide(v).level, state) for view in views])
    both = _Rows(np.concatenate([tutors, own]), target.repeat(2, 1), np.tile(ranks, 2))
    return _fit(both, settings, state, version)


def cross_validated(
    views: Views, settings: PolicySettings, state: StateSettings, adjust: Adjust = lambda policy: policy
) -> list[dict[str, Any]]:
    """For each view: exact, within one and quadratic weighted kappa of the level, each session held out once.

    The policy runs on its own decisions, as in the stream, after ``adjust``.
    """
    levels = np.zeros((len(views), len(views[0].messages)), dtype=np.int64)
    for train, held in folds(views[0].sessions, settings.folds, settings.seed):
        policy = adjust(train_policy(views, train, settings, state, "cv"))
        for view, said in zip(views, levels, strict=True):
            walk(view, held, _noting(policy, said), state)
    truth = np.array([message.level.rank for message in views[0].messages])
    return [policy_figures(said, truth) for said in levels]


def _noting(policy: InterventionPolicy, said: NDArray[np.int64]) -> Decide:
    def decide(row: int, vector: Vector) -> InterventionLevel:
        level = policy.decide(vector).level
        said[row] = level.rank
        return level

    return decide


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


def _fit(rows: _Rows, settings: PolicySettings, state: StateSettings, version: str) -> InterventionPolicy:
    vectors = rows.vectors
    mean, scale = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), settings.smallest_scale)
    net = _trained(torch.from_numpy((vectors - mean) / scale).float(), rows.target, settings)
    slopes, heights = (_numpy(tensor) for tensor in net.levels())
    place = _numpy(net.second).reshape(-1) / settings.members
    policy = InterventionPolicy(
        version=version,
        weights=(_numpy(net.first.weight), np.outer(slopes, place)),
        biases=(_numpy(net.first.bias), heights),
        mean=mean,
        scale=scale,
        association=associations(vectors, rows.ranks.astype(np.float64)),
        temperature=1.0,
        cost=costs(2.0, 1.0),
        activation="tanh",
        decimals=settings.decimals,
        memory_settings={name: getattr(state, name) for name in MEMORY_SETTINGS},
    )
    return replace(policy, cost=best_cost(policy.probabilities(vectors), rows.ranks))


def costs(power: float, under: float) -> Vector:
    """[levels, levels]: |given - right| ^ power, ``under`` times that where less is given than is right."""
    place = np.arange(COUNT, dtype=np.float64)
    short = np.where(place[None, :] < place[:, None], under, 1.0)
    return np.asarray(np.abs(place[:, None] - place[None, :]) ** power * short)


def best_cost(probabilities: Vector, ranks: NDArray[np.int64]) -> Vector:
    """Of a few cost matrices, the one whose decisions agree best with the tutor: exact, within one and kappa."""

    def agreement(cost: Vector) -> float:
        levels = (probabilities @ cost).argmin(axis=1)
        misses = np.abs(levels - ranks)
        return float((misses == 0).mean() + (misses <= 1).mean()) + weighted_kappa(levels, ranks, COUNT)

    return max((costs(power, under) for power, under in product(POWERS, UNDERS)), key=agreement)


def associations(vectors: Vector, ranks: Vector) -> Vector:
    """Each feature's correlation with the tutor's level, [features], over the rows where it is known."""
    found = np.zeros(len(FEATURE_NAMES))
    for group in GROUPS:
        known = slice(None) if group.known is None else vectors[:, FEATURE_INDEX[group.known]] > 0
        for name in group.names:
            index = FEATURE_INDEX[name]
            found[index] = pearson(vectors[known, index], ranks[known])
    return found


@one_thread
def _trained(vectors: Tensor, target: Tensor, settings: PolicySettings) -> _Net:
    torch.manual_seed(settings.seed)
    net = _Net(settings).train()
    optimizer = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=settings.weight_decay)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.steps)
    for _ in range(settings.steps):
        chosen = torch.randint(len(vectors), (settings.batch,))
        noisy = vectors[chosen] + settings.noise * torch.randn(settings.batch, vectors.shape[1])
        loss = soft_cross_entropy(net(noisy), target[chosen][:, None])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch declares no types here
        optimizer.step()
        plan.step()
    return net.eval()


def _numpy(tensor: Tensor) -> NDArray[np.float64]:
    return np.asarray(tensor.detach().double().numpy())
