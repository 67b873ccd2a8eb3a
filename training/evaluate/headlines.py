"""The figures that a reader asks for first, in words, for the screen and for the model card."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Figures = Mapping[str, Any]
_NONE: Final = "-"


def headlines(figures: Figures) -> dict[str, float | None]:
    """What a set's figures say, in the order of a table. A baseline's figures have the same form, and fewer."""
    return dict(_all(figures))


def table(columns: Mapping[str, Figures]) -> list[tuple[str, list[str]]]:
    """Rows of (what, a value for each column), three decimals; what a column does not have is a dash."""
    told = [headlines(figures) for figures in columns.values()]
    return [(what, [shown(column.get(what)) for column in told]) for what in told[0]]


def shown(value: float | None) -> str:
    """A figure with three decimals."""
    return _NONE if value is None else f"{value:.3f}"


def _all(figures: Figures) -> Iterator[tuple[str, float | None]]:
    if "emotion" in figures:
        yield from _emotion(figures["emotion"])
    if "labels" in figures:
        yield from _labels(figures["labels"])
    for scale, part in figures.get("pad", {}).items():
        for dimension in ("pleasure", "arousal", "dominance"):
            values = part[dimension]
            start = f"{dimension} ({scale} scale)"
            yield f"{start}, Pearson r", values["r"]
            yield f"{start}, CCC", values["ccc"]
            yield f"{start}, MAE", values["mae"]
            yield f"{start}, MAE of the constant", values["mae_of_mean"]
    for kind, title in (("readiness", "readiness"), ("intervention", "intervention level")):
        if kind in figures:
            yield from _ordinal(title, figures[kind])


def _emotion(part: Figures) -> Iterator[tuple[str, float | None]]:
    yield "top-1", part["top1"]
    yield "acceptable (`also` counts)", part["acceptable"]
    yield "top-5", part.get("top5")
    yield "macro-F1", part["macro_f1"]
    if "calibration" in part:
        yield from _calibration("", part["calibration"])
    if "coverage" in (rule := part.get("abstention", {})):
        yield f"kept at confidence {rule['threshold']:.2f} or more", rule["coverage"]
        yield "not acceptable among these", rule["risk"]


def _labels(part: Figures) -> Iterator[tuple[str, float | None]]:
    name = "28 labels" if part["label_set"] == "goemotions" else "labels among the 41"
    yield f"{name}, macro-F1 (thresholds from the other half)", part.get("macro_f1_halves")
    if "macro_f1_stored" in part:
        yield f"{name}, macro-F1 (the checkpoint's thresholds)", part["macro_f1_stored"]
    if "as_41" in part:
        yield "41-way over its own classes, top-1", part["as_41"]["top1"]
        yield from _calibration("41-way over its own classes, ", part["as_41"]["calibration"])


def _calibration(start: str, part: Figures) -> Iterator[tuple[str, float | None]]:
    after, before, perfect = part["after"], part["before"], part["ece_of_perfect_calibration"]
    yield f"{start}ECE", after["ece"]
    yield f"{start}ECE before temperature", before["ece"]
    yield f"{start}ECE of a perfect calibration on as many rows", perfect["mean"]
    yield f"{start}NLL", after["nll"]
    yield f"{start}NLL before temperature", before["nll"]
    yield f"{start}Brier", after["brier"]
    yield f"{start}Brier before temperature", before["brier"]


def _ordinal(title: str, part: Figures) -> Iterator[tuple[str, float | None]]:
    yield f"{title}, exact", part["exact"]
    yield f"{title}, exact of the commonest answer", part["commonest"]["exact"]
    yield f"{title}, within one", part["within_one"]
    yield f"{title}, QWK", part["qwk"]
