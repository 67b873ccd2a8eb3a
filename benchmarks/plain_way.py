"""The plain way that the engine is measured beside: BERT-base and RoBERTa-base in fp32 with torch, one text at a time.

Random weights: they are as fast as trained ones, and need no download. The shipped tokenizer cuts the texts for both
encoders; how long a text is in tokens differs little between them.
"""

import os
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer

from emotionstream.inference.model.published import random_model
from emotionstream.schemas.settings.model import DUAL


def plain_texts_per_second(texts: list[str], tokenizer_file: Path, device: str = "cpu") -> float:
    """Texts a second: tokenise, run, softmax, for one text after another.

    On the CPU the better of one thread and one for each core: on a busy machine, several threads wait for each other.
    """
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.enable_truncation(DUAL.max_tokens)
    tokenizer.no_padding()
    model = random_model(DUAL).eval().to(device)
    choices = {1, os.cpu_count() or 1} if device == "cpu" else {torch.get_num_threads()}
    return max(_pace(model, tokenizer, texts, threads, device) for threads in choices)


def _pace(model: torch.nn.Module, tokenizer: Tokenizer, texts: list[str], threads: int, device: str) -> float:
    torch.set_num_threads(threads)
    with torch.inference_mode():
        _score(model, tokenizer, texts[0], device)
        started = time.perf_counter()
        for text in texts:
            _score(model, tokenizer, text, device)
        return len(texts) / (time.perf_counter() - started)


def _score(model: torch.nn.Module, tokenizer: Tokenizer, text: str, device: str) -> list[float]:
    ids = torch.tensor([tokenizer.encode(text).ids], dtype=torch.int64, device=device)
    mask = torch.ones_like(ids)
    outputs = model([(ids, mask), (ids, mask)], torch.zeros(1, 6, device=device))
    probabilities: list[float] = outputs.emotion_logits.softmax(-1)[0].tolist()
    return probabilities
