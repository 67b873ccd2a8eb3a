"""A picture of simulated sessions beside those of the corpus."""

from pathlib import Path
from typing import Any

import numpy as np

from emotionstream.schemas.affect import LEVELS

_SIDES = ("corpus", "simulator")
_COLOURS = ("#4c72b0", "#dd8452")


def draw(corpus: dict[str, Any], simulator: dict[str, Any], path: Path) -> None:
    """Write a picture (by its suffix: .png or .svg) of the figures of ``likeness.figures`` of both."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # slow, and only for the picture
    from matplotlib.figure import Figure  # noqa: PLC0415  # as above

    figure = Figure(figsize=(12, 8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 2)
    both = (corpus, simulator)
    names = list(corpus["modes"])
    _bars(axes[0, 0], "affective modes", names, [list(side["modes"].values()) for side in both], "share of messages")
    levels = [level.value for level in LEVELS]
    _bars(axes[0, 1], "help that fits", levels, [side["levels"] for side in both], "share of messages")
    lasting = [np.diag(side["likelihood"]).tolist() for side in both]
    _bars(axes[1, 0], "persistence of modes", names, lasting, "L (D'Mello & Graesser)")
    rows = ["engagement\nmean", "spread", "lasts", "load\nmean", "spread ", "lasts ", "level\nlasts"]
    values = [[*side["engagement"].values(), *side["load"].values(), side["level_lasts"]] for side in both]
    _bars(axes[1, 1], "engagement, load, level", rows, values, "value, or correlation of neighbours")
    axes[0, 0].legend()
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _bars(axis: Any, title: str, names: list[str], sides: list[list[float]], label: str) -> None:
    place = np.arange(len(names))
    for offset, (side, colour, values) in enumerate(zip(_SIDES, _COLOURS, sides, strict=True)):
        axis.bar(place + 0.4 * (offset - 0.5), values, 0.4, label=side, color=colour)
    axis.set_title(title)
    axis.set_ylabel(label)
    axis.set_xticks(place, names, rotation=30 if len(names[0]) > 5 else 0)
    axis.axhline(0, color="black", linewidth=0.5)
