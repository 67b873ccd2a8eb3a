"""Train LearningReadinessNet on the sessions' readings; the text encoder stays as it is."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from emotionstream.inference.model.config import ReadinessConfig
from emotionstream.inference.model.readiness import CONTEXT_FIELDS, LearningReadinessNet
from emotionstream.schemas.affect import READINESS_STATES, Readiness
from emotionstream.training.datasets.sessions import SessionMessage
from emotionstream.training.figures import weighted_kappa
from emotionstream.training.folds import folds
from emotionstream.training.ordinal import ordinal_targets, soft_cross_entropy
from emotionstream.training.session_readings import SessionReadings, context
from emotionstream.training.settings import ReadinessSettings
from emotionstream.training.threads import one_thread

STATES = len(READINESS_STATES)


@one_thread
def train_readiness(
    config: ReadinessConfig, readings: SessionReadings, rows: Sequence[int], settings: ReadinessSettings
) -> LearningReadinessNet:
    """The head, trained on ``rows`` of ``readings``."""
    torch.manual_seed(settings.seed)
    net = LearningReadinessNet(config).train()
    feeling, pad = _inputs(readings, rows)
    messages = [readings.messages[row] for row in rows]
    known, times = context(messages), _times(readings)[list(rows)]
    target = ordinal_targets([_ranks(message) for message in messages], STATES, settings.softness)
    score = (torch.tensor([float(np.mean(_ranks(message))) for message in messages]) + 0.5) / STATES
    optimizer = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=settings.weight_decay)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.steps)
    draw = torch.Generator().manual_seed(settings.seed)
    for _ in range(settings.steps):
        chosen = torch.randint(len(messages), (settings.batch,), generator=draw)
        hidden = _forget(known[chosen], times[chosen], settings, draw)
        said, logits = net(feeling[chosen], pad[chosen], hidden)
        off = (said - score[chosen]).square().mean()
        loss = soft_cross_entropy(logits, target[chosen]) + settings.score_weight * off
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        plan.step()
    return net.eval()


def cross_validated(
    config: ReadinessConfig, readings: SessionReadings, settings: ReadinessSettings
) -> dict[str, float]:
    """Exact, within one, quadratic weighted kappa and score error, each session held out once."""
    scores = np.zeros(len(readings.messages))
    for train, held in folds(readings.sessions, settings.folds, settings.seed):
        net = train_readiness(config, readings, readings.rows(train), settings)
        rows = readings.rows(held)
        with torch.inference_mode():
            said, _ = net(*_inputs(readings, rows), context([readings.messages[row] for row in rows]))
        scores[rows] = said.numpy()
    truth = np.array([READINESS_STATES.index(message.readiness) for message in readings.messages])
    states = np.array([READINESS_STATES.index(Readiness.of(score).state) for score in scores.tolist()])
    return readiness_figures(states, scores, truth)


def readiness_figures(states: np.ndarray, scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Agreement with the first reader's readiness."""
    return {
        "rows": float(len(truth)),
        "exact": float((states == truth).mean()),
        "within_one": float((np.abs(states - truth) <= 1).mean()),
        "qwk": weighted_kappa(states, truth, STATES),
        "score_mae": float(np.abs(scores - (truth + 0.5) / STATES).mean()),
        "majority_exact": float(np.bincount(truth).max() / len(truth)),
    }


def _ranks(message: SessionMessage) -> list[int]:
    states = [message.readiness, *([message.second_readiness] if message.second_readiness else [])]
    return [READINESS_STATES.index(state) for state in states]


def _inputs(readings: SessionReadings, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
    picked = list(rows)
    logits = torch.from_numpy(readings.outputs.emotion_logits[picked]).float()
    return logits.softmax(dim=1), torch.from_numpy(readings.outputs.pad[picked]).float()


def _times(readings: SessionReadings) -> Tensor:
    share = [m.seconds / max(s.messages[-1].seconds, 1.0) for s in readings.sessions for m in s.messages]
    return torch.tensor(share, dtype=torch.float32)


def _forget(known: Tensor, times: Tensor, settings: ReadinessSettings, draw: torch.Generator) -> Tensor:
    fields = len(CONTEXT_FIELDS)
    keep = torch.rand(len(known), fields, generator=draw)
    flags = known[:, fields:] * (keep > settings.forget)
    flags[:, 2] = (keep[:, 2] < settings.time_known).float()
    values = torch.cat([known[:, :2], times[:, None]], dim=1) * flags
    return torch.cat([values, flags], dim=1)
