"""What becomes of a batch when a GPU's memory is really full."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from device_variants import Variant, device_of, opened

from emotionstream.inference.engine import Engine
from emotionstream.inference.scoring import Encoded
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import DeviceName

Figures = dict[str, Any]

LEFT_BYTES = 320 << 20
"""Left free: enough for a small batch and its workspaces, far too little for a large one."""
ROWS = (1, 2, 4, 8, 1_024)


async def out_of_memory(checkpoint: Path, variant: Variant) -> Figures:
    """Fill the memory, then ask for a large batch, for small ones, and, with the memory free again, for the large one.

    Asked: the large one is refused as DeviceOutOfMemoryError, and all others are scored.
    """
    if not torch.cuda.is_available():
        return {"variant": variant.name, "skipped": "no GPU"}
    # Not run beforehand: a graph that exists has its memory already, and cannot run out of it.
    engine, _ = await opened(checkpoint, variant.settings(DeviceName.CUDA, ROWS, prewarm=False))
    try:
        found: Figures = {"variant": variant.name, "before": await _outcome(engine, 4)}
        torch.cuda.empty_cache()
        held = torch.empty(torch.cuda.mem_get_info()[0] - LEFT_BYTES, dtype=torch.uint8, device="cuda")
        found |= {
            "left_mb": torch.cuda.mem_get_info()[0] >> 20,
            "large": await _outcome(engine, 1_024),
            "small_after": await _outcome(engine, 4),
            "new_shape_after": await _outcome(engine, 8),
        }
        del held
        torch.cuda.empty_cache()
        found["large_with_room"] = await _outcome(engine, 1_024)
    finally:
        await engine.__aexit__(None, None, None)
    asked = [found[name] == "scored" for name in ("before", "small_after", "new_shape_after", "large_with_room")]
    found["as_asked"] = all(asked) and found["large"] == DeviceOutOfMemoryError.__name__
    return found


async def _outcome(engine: Engine, rows: int) -> str:
    """What becomes of ``rows`` texts that fill the window."""
    try:
        scores: Sequence[object] = await engine.infer(_texts(rows, device_of(engine).shapes.lengths[-1]))
    except DeviceError as error:
        return type(error).__name__
    return "scored" if len(scores) == rows else f"{len(scores)} scores"


def _texts(rows: int, length: int) -> list[Encoded]:
    return [Encoded(((5,) * length,), (0.0,) * 6, truncated=False)] * rows
