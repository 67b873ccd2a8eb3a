"""Sizes of the published model configurations, as data. No torch here."""

from dataclasses import dataclass
from typing import Any, Final

HEADS_AXIS: Final = 2
"""Where the heads stand in [batch, tokens, heads, size of a head]."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Sizes of a published configuration.

    ``width`` and ``hidden`` are those of its (base) encoders; eight fusion heads and the window of 128 tokens are the
    original plan's; the readiness net is small because its training sessions are few.
    """

    name: str
    encoders: tuple[str, ...]
    width: int
    heads: int = 8
    hidden: int = 384
    dropout: float = 0.1
    readiness_width: int = 48
    readiness_heads: int = 4
    max_tokens: int = 128
    license: str = "Apache-2.0"


COMPACT: Final = Recipe("compact", ("all-MiniLM-L6-v2",), width=384)
DUAL: Final = Recipe("dual", ("bert-base-uncased", "roberta-base"), width=768, hidden=768)
TEACHER: Final = Recipe("teacher", ("all-mpnet-base-v2",), width=768, hidden=768)
"""No configuration to publish: it makes soft labels for the others (`training/teacher.py`)."""

RECIPES: Final = {recipe.name: recipe for recipe in (COMPACT, DUAL, TEACHER)}

ARCHITECTURES: Final[dict[str, dict[str, Any]]] = {
    "all-MiniLM-L6-v2": {
        "model_type": "bert",
        "hidden_size": 384,
        "num_hidden_layers": 6,
        "num_attention_heads": 12,
        "intermediate_size": 1536,
        "max_position_embeddings": 512,
        "vocab_size": 30522,
        "pad_token_id": 0,
    },
    "all-mpnet-base-v2": {
        "model_type": "mpnet",
        "vocab_size": 30527,
        "max_position_embeddings": 514,
        "pad_token_id": 1,
    },
    "bert-base-uncased": {"model_type": "bert", "vocab_size": 30522, "pad_token_id": 0},
    "roberta-base": {
        "model_type": "roberta",
        "vocab_size": 50265,
        "max_position_embeddings": 514,
        "type_vocab_size": 1,
        "layer_norm_eps": 1e-5,
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 2,
    },
}
