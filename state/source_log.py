"""Which chat records a learner's state has folded in: repeats, and topics that were made anew."""

from emotionstream.schemas.position import SourcePosition
from emotionstream.state.snapshot import Folded


def seen_before(folded: Folded, source: SourcePosition) -> bool:
    """Whether the chat record at ``source`` has been folded in: a lower or equal offset of the same log."""
    same_partition = source.partition == folded.partition
    return not (same_partition and source.offset > folded.offset) and source.timestamp_ms <= folded.timestamp_ms


def is_new_log(folded: Folded, source: SourcePosition) -> bool:
    """Whether ``source`` belongs to a chat topic made anew: a lower offset, yet a later time, or another partition."""
    ahead = source.partition == folded.partition and source.offset > folded.offset
    return not ahead and source.timestamp_ms > folded.timestamp_ms


def moved_to(folded: Folded, source: SourcePosition) -> Folded:
    """``folded`` after the record at ``source``."""
    # The latest time of the log, not of the record: a broker's clock that was set back must not hide a repeat.
    latest = max(folded.timestamp_ms, source.timestamp_ms)
    return Folded(source.partition, source.offset, latest)
