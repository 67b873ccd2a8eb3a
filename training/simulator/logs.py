"""A log of decisions from an episode: what was seen to follow each, and nothing latent."""

import numpy as np

from emotionstream.state.features import FEATURE_INDEX
from emotionstream.training.offpolicy.log import DecisionLog
from emotionstream.training.offpolicy.propensities import effective
from emotionstream.training.simulator.episode import Episode
from emotionstream.training.simulator.outcomes import UNASKED
from emotionstream.training.simulator.settings import SimulatorSettings
from emotionstream.training.simulator.world import Floats

_READINESS = FEATURE_INDEX["readiness.score"]


def decision_log(episode: Episode, settings: SimulatorSettings) -> DecisionLog:
    """Every decision that a message followed, with the reward that was seen (``seen_rewards``)."""
    followed = episode.active.copy()
    followed[:-1] &= episode.active[1:]
    followed[-1] = False
    turns, learners = followed.shape
    rewards = seen_rewards(episode, settings)
    propensities = effective(episode.said_probabilities, episode.allowed)
    return DecisionLog(
        groups=np.broadcast_to(np.arange(learners), (turns, learners))[followed],
        levels=episode.ranks[followed],
        propensities=propensities[followed],
        rewards=rewards[followed],
        features=episode.vectors[followed],
    )


def seen_rewards(episode: Episode, settings: SimulatorSettings) -> Floats:
    """[turns, learners]: engagement told, pleasure and readiness read in the next turns, the tutor's answer, the cost.

    Later turns count less, by the discount. After a session's end its last message stands for what would have come.
    """
    weights = settings.log.reward
    engagement = episode.told_engagement.copy()
    engagement[0] = np.where(np.isnan(engagement[0]), np.nanmean(engagement), engagement[0])
    for turn in range(1, len(engagement)):
        engagement[turn] = np.where(np.isnan(engagement[turn]), engagement[turn - 1], engagement[turn])
    seen = (
        weights.engagement * engagement
        + weights.pleasure * episode.pleasure
        + weights.readiness * episode.vectors[..., _READINESS]
    )
    for turn in range(1, len(seen)):
        seen[turn] = np.where(episode.active[turn], seen[turn], seen[turn - 1])
    rewards = np.zeros_like(seen)
    for ahead in range(1, weights.turns + 1):
        later = np.minimum(np.arange(len(seen)) + ahead, len(seen) - 1)
        rewards += settings.worth.discount ** (ahead - 1) * seen[later]
    answers = np.where(episode.helped == UNASKED, 0, episode.helped)
    return np.asarray(rewards + weights.answer * answers - np.array(settings.help.cost)[episode.ranks])
