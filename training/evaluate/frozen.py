"""The encoder that a checkpoint started from, as it was before training: text vectors, nothing learned."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import structlog
import torch

from emotionstream.schemas.errors import CheckpointError
from emotionstream.training.figures import Floats

log = structlog.get_logger()

_BATCH: Final = 64
_MAX_TOKENS: Final = 128


def frozen_encoder(stored: Mapping[str, Any]) -> Callable[[Sequence[str]], Floats] | None:
    """Texts -> the mean of their tokens' vectors at length 1, [texts, width], by the encoders that it started from.

    None, told in the log, where the settings are not stored or an encoder is not installed here.
    """
    names = stored.get("settings", {}).get("encoders", ())
    try:
        parts = [_open(name) for name in names]
    except (CheckpointError, ModuleNotFoundError, OSError, ValueError) as error:
        log.warning("no baseline of a frozen encoder: it is not installed", reason=type(error).__name__)
        return None
    if not parts:
        log.warning("no baseline of a frozen encoder: the checkpoint does not say which it started from")
        return None
    known: dict[str, Floats] = {}

    def vectors(texts: Sequence[str]) -> Floats:
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(fresh, np.concatenate([part(fresh) for part in parts], axis=1), strict=True) if fresh else ())
        return np.stack([known[text] for text in texts])

    return vectors


def _open(name: str) -> Callable[[Sequence[str]], Floats]:
    from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415  # slow to import, and only needed here

    from emotionstream.training.run import encoder_source  # noqa: PLC0415  # as above

    source = encoder_source(name)
    tokenizer, model = AutoTokenizer.from_pretrained(source), AutoModel.from_pretrained(source).eval()

    def vectors(texts: Sequence[str]) -> Floats:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows: list[Floats] = []
        for start in range(0, len(order), _BATCH):
            batch = tokenizer(
                [texts[i] for i in order[start : start + _BATCH]],
                padding=True, truncation=True, max_length=_MAX_TOKENS, return_tensors="pt",
            )  # fmt: skip
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
                states = model(**batch).last_hidden_state.float()
            mask = batch["attention_mask"][:, :, None]
            mean = (states * mask).sum(dim=1) / mask.sum(dim=1)
            rows.append(torch.nn.functional.normalize(mean, dim=1).double().numpy())
        back = np.argsort(order)
        return np.asarray(np.concatenate(rows)[back])

    return vectors
