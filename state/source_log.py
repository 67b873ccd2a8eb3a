"""Which chat records a learner's state has folded in: repeats, and topics that were made anew."""

from emotionstream.schemas.position import SourcePosition
from emotionstream.state.snapshot import Folded


def seen_before(folded: Folded, source: SourcePosition) -> bool:
    """Whether the chat record at ``source`` has been folded in: a lower or equal offset, or an older log's."""
    return not _ahead(folded, source) and source.timestamp_ms <= folded.timestamp_ms


def is_new_log(folded: Folded, source: SourcePosition) -> bool:
    """Whether ``source`` belongs to a chat topic made anew: a lower offset, yet a later time, or another partition."""
    return not _ahead(folded, source) and source.timestamp_ms > folded.timestamp_ms


def moved_to(folded: Folded, source: SourcePosition) -> Folded:
    """``folded`` after the record at ``source``."""
    before = folded.timestamp_ms if is_new_log(folded, source) else folded.before_ms
    # The latest time of the log, not of the record: a broker's clock that was set back must not hide a repeat.
    latest = max(folded.timestamp_ms, source.timestamp_ms)
    return Folded(source.partition, source.offset, latest, before)


def _ahead(folded: Folded, source: SourcePosition) -> bool:
    """Whether ``source`` comes later in the log of ``folded``."""
    # A higher offset of the log before this one is a repeat: its time gives it away.
    same_log = source.partition == folded.partition and source.timestamp_ms > folded.before_ms
    return same_log and source.offset > folded.offset
