"""Figures of simulated and logged decisions, for a person. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

LIKENESS = ("level_lasts", "level_with_engagement")


def comparison_lines(table: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Worth, share of the gap and interventions of each way to choose."""
    yield f"{'':<26}{'worth of a turn':>24}{'gap closed':>24}{'raised':>9}"
    for name, row in table.items():
        worth = f"{row['worth']:.4f} [{row['worth_low']:.4f}, {row['worth_high']:.4f}]"
        share = f"{row['gap_closed']:.2f} [{row['gap_closed_low']:.2f}, {row['gap_closed_high']:.2f}]"
        yield f"{name:<26}{worth:>24}{share:>24}{1 - row['raised']['none']:>9.0%}"


def likeness_lines(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The main figures of both sides."""
    corpus, simulator = found["corpus"], found["simulator"]
    yield f"{'':<32}{'corpus':>10}{'simulator':>12}"
    for name in corpus["modes"]:
        yield f"{'share of ' + name:<32}{corpus['modes'][name]:>10.3f}{simulator['modes'][name]:>12.3f}"
    for place, (ours, theirs) in enumerate(zip(corpus["levels"], simulator["levels"], strict=True)):
        yield f"{f'share of level {place}':<32}{ours:>10.3f}{theirs:>12.3f}"
    for part in ("engagement", "load"):
        for name in corpus[part]:
            yield f"{part + ' ' + name:<32}{corpus[part][name]:>10.3f}{simulator[part][name]:>12.3f}"
    for name in LIKENESS:
        yield f"{name.replace('_', ' '):<32}{corpus[name]:>10.3f}{simulator[name]:>12.3f}"
    for name, value in found["distance"].items():
        yield f"{'total variation of ' + name:<32}{value:>22.3f}"


def evaluation_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Each estimate with its intervals."""
    yield (
        f"{found['decisions']} decisions about {found['learners']} learners, worth "
        f"{found['effective_decisions']:.0f} of the target's own; {found['clipped']:.1%} of weights clipped"
    )
    for name, row in found["values"].items():
        normal, drawn = _interval(row["low"], row["high"]), _interval(row["bootstrap_low"], row["bootstrap_high"])
        yield f"{name:<16}{row['value']:>8.4f}  normal {normal}  bootstrap {drawn}"


def _interval(low: float | None, high: float | None) -> str:
    return "undefined (one learner)" if low is None or high is None else f"[{low:.4f}, {high:.4f}]"
