"""What a run on a device found, as a person reads it."""

from typing import Any

from rich.table import Table

Figures = dict[str, Any]


def brief(found: Figures) -> str:
    """One line while the run goes on."""
    if "error" in found:
        return str(found["error"])
    return f"{found['texts_per_second']} texts/s, one text {found['one']['p50_ms']} ms"


def table(figures: Figures) -> Table:
    """A row for each variant."""
    rows = Table(title=f"{figures['texts']} texts on {figures['device']}", title_justify="left")
    for column in (
        "variant",
        "texts/s (best budget)",
        "1 text, ms p50/p95",
        "64 texts",
        "open, s",
        "peak MB",
        "vs CPU fp32: max, same",
        "by batch",
    ):
        rows.add_column(column)
    for name, found in figures["variants"].items():
        if "error" in found:
            rows.add_row(name, found["error"])
        elif "texts_per_second" not in found:
            rows.add_row(name, "not finished")
        else:
            rows.add_row(name, *row(found))
    return rows


def row(found: Figures) -> list[str]:
    """One variant's cells."""
    budget, best = max(found["texts_per_second"].items(), key=lambda item: item[1])
    one, many = found["one"], found["sixty_four"]
    cells = [f"{best:.0f} ({budget})", f"{one['p50_ms']}/{one['p95_ms']}", f"{many['p50_ms']}/{many['p95_ms']}"]
    cells += [str(found["open_seconds"]), str(found.get("peak_reserved_mb", "-"))]
    if "against_cpu_float32" in found:
        against, batch = found["against_cpu_float32"], found["by_batch"]["mixed"]
        cells += [f"{against['max_probability']:.2g}, {against['same_emotion']}", f"{batch['max_probability']:.2g}"]
    return cells
