"""Pictures of an evaluation, as PNG files. Drawn without a screen."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.evaluate.case import PadScale
from emotionstream.training.evaluate.curves import Curve
from emotionstream.training.evaluate.evidence import TITLES, Ground
from emotionstream.training.evaluate.measured import Measured
from emotionstream.training.figures import Floats

_COLOURS: Final = {Ground.PEOPLE: "#2b6ca3", Ground.THIN: "#8fb8d8", Ground.LEARNER: "#d98c3f"}
_DIMENSIONS: Final = ("pleasure", "arousal", "dominance")
_DPI: Final = 110
_WIDE: Final = 4.2
"""Inches of one panel."""
_COLUMNS: Final = 3

T = TypeVar("T")


def draw(folder: Path, measured: Sequence[Measured], curves: Sequence[Curve]) -> list[str]:
    """Write every picture that ``measured`` and ``curves`` have something for; returns the files' names."""
    drawn = {
        "confusion.png": confusion(measured),
        "reliability.png": reliability(measured),
        "f1_by_class.png": f1_by_class(measured),
        "pad.png": pad(measured),
        "risk_coverage.png": risk_coverage(measured),
        "learning_curves.png": learning_curves(curves),
    }
    found = {name: figure for name, figure in drawn.items() if figure is not None}
    for name, figure in found.items():
        figure.savefig(folder / name, dpi=_DPI)
    return list(found)


def confusion(measured: Sequence[Measured]) -> Figure | None:
    """Share of each true class that is said to be each class, over all sets with one true class a row."""
    pairs = [pair for part in measured for pair in part.figures.get("emotion", {}).get("confusion", ())]
    if not pairs:
        return None
    place = {name: k for k, name in enumerate(EMOTIONS)}
    table = np.zeros((len(EMOTIONS), len(EMOTIONS)))
    for pair in pairs:
        table[place[pair["true"]], place[pair["said"]]] += pair["rows"]
    figure = Figure(figsize=(11, 10), layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(table / table.sum(axis=1, keepdims=True).clip(min=1), cmap="Blues", vmin=0, vmax=1)
    ticks = range(len(EMOTIONS))
    axes.set_xticks(ticks, EMOTIONS, rotation=90, fontsize=7)
    axes.set_yticks(ticks, EMOTIONS, fontsize=7)
    axes.set(
        xlabel="said", ylabel="true", title=f"Confusion, {int(table.sum()):,} rows; each row of the table sums to 1"
    )
    figure.colorbar(image, shrink=0.6)
    return figure


def reliability(measured: Sequence[Measured]) -> Figure | None:
    """Share that is right against confidence, in bins of equal mass."""

    def one(axes: Axes, item: tuple[str, dict[str, Any]]) -> None:
        name, part = item
        bins = part["bins"]
        axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
        axes.plot([b["confidence"] for b in bins], [b["correct"] for b in bins], "o-", color="#2b6ca3", markersize=4)
        perfect = part["ece_of_perfect_calibration"]["mean"]
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that is right")
        axes.set_title(f"{name}\nECE {part['after']['ece']:.3f} (of a perfect one: {perfect:.3f})", fontsize=9)

    found = [(name, part["calibration"]) for name, part in _softmaxes(measured)]
    return _panels(found, one)


def f1_by_class(measured: Sequence[Measured]) -> Figure | None:
    """F1 of each class, by what the class rests on."""
    found = [
        (f"{part.rows.name} ({kind})", tables)
        for part in measured
        for kind, key in (("emotion", "tables"), ("labels", "tables_halves"))
        if (tables := part.figures.get(kind, {}).get(key))
    ]

    def one(axes: Axes, item: tuple[str, dict[str, Any]]) -> None:
        name, tables = item
        rows = [
            (row["f1"], label, row["support"], Ground(ground))
            for ground, table in tables.items()
            for label, row in table["classes"].items()
            if row["support"]
        ]
        rows.sort(key=lambda row: (list(Ground).index(row[3]), row[0]), reverse=True)
        axes.barh(range(len(rows)), [row[0] for row in rows], color=[_COLOURS[row[3]] for row in rows])
        axes.set_yticks(range(len(rows)), [f"{row[1]} ({row[2]})" for row in rows], fontsize=7)
        axes.set(xlim=(0, 1), xlabel="F1 (in brackets: rows)")
        axes.set_title(name, fontsize=9)

    figure = _panels(found, one, height=8.5)
    if figure is not None:
        handles = [figure.axes[0].barh([0], [0], color=_COLOURS[ground], label=TITLES[ground]) for ground in Ground]
        figure.legend(handles=handles, loc="outside lower center", fontsize=8)
    return figure


def pad(measured: Sequence[Measured]) -> Figure | None:
    """What is said against what is true, dimension by dimension, each set in its scale."""
    found = [
        (f"{part.rows.name}: {dimension} ({scale})", k, part, scale)
        for part in measured
        for scale in part.figures.get("pad", {})
        for k, dimension in enumerate(_DIMENSIONS)
    ]

    def one(axes: Axes, item: tuple[str, int, Measured, str]) -> None:
        title, k, part, scale = item
        said, true = _pad_points(part, scale, k)
        axes.scatter(true, said, s=5, alpha=0.35, color="#2b6ca3", linewidths=0)
        axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="true", ylabel="said")
        r = part.figures["pad"][scale][_DIMENSIONS[k]]["r"]
        axes.set_title(f"{title}, r {r:.2f}", fontsize=9)

    return _panels(found, one)


def risk_coverage(measured: Sequence[Measured]) -> Figure | None:
    """Share of wrong answers among those kept, by how many are kept; the dot is the checkpoint's threshold."""
    found = [(name, part["abstention"]) for name, part in _softmaxes(measured)]
    if not found:
        return None
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.add_subplot()
    for name, part in found:
        curve = part["curve"]
        (line,) = axes.plot([p["coverage"] for p in curve], [p["risk"] for p in curve], label=name)
        if part.get("risk") is not None:
            axes.plot([part["coverage"]], [part["risk"]], "o", color=line.get_color())
    axes.set(
        xlim=(0, 1), ylim=(0, None), xlabel="coverage (share of answers kept)", ylabel="risk (share of these wrong)"
    )
    axes.legend(fontsize=8)
    return figure


def learning_curves(curves: Sequence[Curve]) -> Figure | None:
    """Losses and dev figures of a run, step by step."""

    def one(axes: Axes, curve: Curve) -> None:
        axes.plot(curve.steps, curve.values, "o-" if curve.sparse else "-", markersize=3, color="#2b6ca3")
        for border in curve.borders:
            axes.axvline(border, color="grey", linewidth=0.6, linestyle=":")
        axes.set(xlabel="step")
        axes.set_title(curve.name, fontsize=9)

    return _panels(list(curves), one, height=2.6)


def _softmaxes(measured: Sequence[Measured]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in measured:
        if "emotion" in part.figures:
            yield part.rows.name, part.figures["emotion"]
        if "as_41" in part.figures.get("labels", {}):
            yield f"{part.rows.name} (over its own classes)", part.figures["labels"]["as_41"]


def _pad_points(part: Measured, scale: str, k: int) -> tuple[Floats, Floats]:
    rated = [(i, case.pad) for i, case in enumerate(part.rows.cases) if case.pad is not None]
    outputs = part.outputs.pad if scale == PadScale.LEARNER else part.outputs.pad_emobank
    return outputs[[i for i, _ in rated], k], np.array([values[k] for _, values in rated])


def _panels(items: Sequence[T], one: Callable[[Axes, T], None], height: float = 3.6) -> Figure | None:
    if not items:
        return None
    columns = min(_COLUMNS, len(items))
    rows = -(-len(items) // columns)
    figure = Figure(figsize=(_WIDE * columns, height * rows), layout="constrained")
    for number, item in enumerate(items, 1):
        one(figure.add_subplot(rows, columns, number), item)
    return figure
