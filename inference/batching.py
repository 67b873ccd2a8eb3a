"""Which texts share a device batch. Pure functions on lengths: no torch, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes that the device is asked for: few, so that each is prepared once.

    ``lengths`` (tokens) and ``rows`` (texts) rise; ``rows`` starts with 1.
    ``spare_tokens`` of padding cost as much as one more call.
    """

    lengths: tuple[int, ...]
    rows: tuple[int, ...]
    spare_tokens: int


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the device: ``indices`` of the texts, and the padded shape [rows, length]."""

    indices: tuple[int, ...]
    rows: int
    length: int


def plan_batches(lengths: Sequence[int], max_tokens: int, max_items: int) -> list[list[int]]:
    """Group texts by length, so that a batch's longest text times its size stays within ``max_tokens``.

    Args:
        lengths: tokens of each text.
        max_tokens: budget of a batch, padding included. A single longer text gets a batch of its own.
        max_items: most texts in a batch.

    Returns:
        Indices into ``lengths``, shortest texts first; every index exactly once.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        current = batches[-1] if batches else []
        # Sorted, so the text that joins is the longest of its batch.
        fits = (len(current) + 1) * lengths[index] <= max_tokens and len(current) < max_items
        if current and fits:
            current.append(index)
        else:
            batches.append([index])
    return batches


def plan_calls(lengths: Sequence[int], shapes: Shapes) -> list[Call]:
    """Split a batch into calls of prepared shapes.

    A text's padded length depends on the text alone, never on its neighbours: so a result cannot either.
    The largest calls come first: what computes several at a time ends them all at about the same time.
    """
    groups: dict[int, list[int]] = {}
    for index, length in enumerate(lengths):
        groups.setdefault(step_up(length, shapes.lengths), []).append(index)
    calls = [call for length in sorted(groups) for call in _calls(groups[length], length, shapes)]
    return _largest_first(calls)


def spread(calls: Sequence[Call], streams: int, shapes: Shapes) -> list[Call]:
    """Split the largest of ``calls`` where some of ``streams`` have none and a share costs more than another call.

    Results do not depend on it: a text keeps its padded length. Largest first, as ``plan_calls`` gives them.
    """
    if not calls or len(calls) >= streams:
        return list(calls)
    largest, *others = calls
    share = -(-len(largest.indices) // (streams - len(others)))
    if share * largest.length <= shapes.spare_tokens:
        return list(calls)
    starts = range(0, len(largest.indices), share)
    parts = [list(largest.indices[start : start + share]) for start in starts]
    split = [call for part in parts for call in _calls(part, largest.length, shapes)]
    return _largest_first([*split, *others])


def step_up(size: int, steps: Sequence[int]) -> int:
    """The smallest of the rising ``steps`` that holds ``size``; beyond the last one, ``size`` itself."""
    return next((step for step in steps if step >= size), size)


def window_steps(steps: Sequence[int], window: int) -> tuple[int, ...]:
    """The steps below the model's ``window`` of tokens, and the window itself."""
    return (*(step for step in steps if step < window), window)


def _largest_first(calls: Sequence[Call]) -> list[Call]:
    return sorted(calls, key=lambda call: call.rows * call.length, reverse=True)


def _calls(indices: list[int], length: int, shapes: Shapes) -> list[Call]:
    calls = []
    start = 0
    while start < len(indices):
        rows = _rows(len(indices) - start, length, shapes)
        part = tuple(indices[start : start + rows])
        calls.append(Call(part, rows, length))
        start += rows
    return calls


def _rows(left: int, length: int, shapes: Shapes) -> int:
    """Rows of the next call: the step above when its padding is cheaper than another call, else the one below."""
    above = step_up(left, shapes.rows)
    known = above in shapes.rows
    if known and (above - left) * length <= shapes.spare_tokens:
        return above
    return max(step for step in shapes.rows if step <= left)
