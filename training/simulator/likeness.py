"""How much simulated sessions look like those of the corpus: the same figures of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emotionstream.schemas.affect import LEVELS
from emotionstream.training.datasets.sessions import Session
from emotionstream.training.figures import pearson
from emotionstream.training.simulator.choices import CorpusTutor
from emotionstream.training.simulator.episode import Classroom, Episode, run
from emotionstream.training.simulator.world import Floats, Ints, World


@dataclass(frozen=True)
class Sessions:
    """Sessions row by row, in order; ``session`` [rows] says which. Engagement and load are nan where unknown."""

    session: Ints
    mode: Ints
    level: Ints
    engagement: Floats
    load: Floats

    @property
    def followed(self) -> Any:
        """Rows that the next row follows in the same session, [rows - 1]."""
        return self.session[1:] == self.session[:-1]


def of_corpus(sessions: Sequence[Session], world: World) -> Sessions:
    """The corpus' sessions, by their writers' labels."""
    rows = [(place, message) for place, session in enumerate(sessions) for message in session.messages]
    return Sessions(
        session=np.array([place for place, _ in rows]),
        mode=world.mode_of[[message.emotion for _, message in rows]],
        level=np.array([message.level.rank for _, message in rows]),
        engagement=np.array([np.nan if m.engagement is None else m.engagement for _, m in rows]),
        load=np.array([np.nan if m.cognitive_load is None else m.cognitive_load for _, m in rows]),
    )


def simulated(classroom: Classroom, seeds: Sequence[int], learners: int) -> Sessions:
    """Simulated sessions with tutors as in the corpus. The level is what fits, as a tutor sees it."""
    episodes = [run(classroom, CorpusTutor(classroom.world), learners, seed) for seed in seeds]
    noise = np.random.default_rng(seeds[0])
    parts = [_rows(episode, place * learners, classroom.world, noise) for place, episode in enumerate(episodes)]
    columns = zip(*parts, strict=True)
    return Sessions(*(np.concatenate(column) for column in columns))


def figures(sessions: Sessions, world: World) -> dict[str, Any]:
    """Shares of modes and levels; what follows what; how engagement and load are spread, and how long they last."""
    modes, levels = len(world.names), len(LEVELS)
    shares = np.bincount(sessions.mode, minlength=modes) / len(sessions.mode)
    table = np.zeros((modes, modes))
    np.add.at(table, (sessions.mode[:-1][sessions.followed], sessions.mode[1:][sessions.followed]), 1)
    follows = table / table.sum(axis=1, keepdims=True)
    return {
        "messages": len(sessions.mode),
        "modes": dict(zip(world.names, shares.tolist(), strict=True)),
        "follows": follows.tolist(),
        "likelihood": ((follows - shares) / (1 - shares)).tolist(),
        "levels": (np.bincount(sessions.level, minlength=levels) / len(sessions.level)).tolist(),
        "level_lasts": _lag(sessions.level.astype(float), sessions),
        "level_with_engagement": _together(sessions.level.astype(float), sessions.engagement),
        **{name: _spread(getattr(sessions, name), sessions) for name in ("engagement", "load")},
    }


def distances(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    """Total variation between the two, in [0, 1]: of modes, of levels, and of what follows, mean over modes."""
    rows = zip(ours["follows"], theirs["follows"], strict=True)
    return {
        "modes": _variation(list(ours["modes"].values()), list(theirs["modes"].values())),
        "levels": _variation(ours["levels"], theirs["levels"]),
        "follows": float(np.mean([_variation(mine, other) for mine, other in rows])),
    }


def _rows(episode: Episode, first: int, world: World, noise: np.random.Generator) -> tuple[Ints | Floats, ...]:
    # Learner by learner, so that rows are in order.
    active = episode.active.T
    session = np.broadcast_to(first + np.arange(len(active))[:, None], active.shape)[active]
    wanted = episode.need.T[active]
    judged = wanted + world.settings.help.judgement * noise.standard_normal(len(wanted))
    level = np.clip(np.rint(judged), 0, len(LEVELS) - 1).astype(int)
    told = (episode.told_engagement.T[active], episode.told_load.T[active])
    return (session, episode.mode.T[active], level, *told)


def _spread(values: Floats, sessions: Sessions) -> dict[str, float]:
    return {"mean": float(np.nanmean(values)), "spread": float(np.nanstd(values)), "lasts": _lag(values, sessions)}


def _lag(values: Floats, sessions: Sessions) -> float:
    """Correlation of neighbouring messages."""
    return _together(values[:-1][sessions.followed], values[1:][sessions.followed])


def _together(first: Floats, second: Floats) -> float:
    known = ~(np.isnan(first) | np.isnan(second))
    return pearson(first[known], second[known])


def _variation(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return float(np.abs(np.array(ours) - np.array(theirs)).sum() / 2)
