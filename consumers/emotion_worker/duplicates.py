"""Message ids that came lately, to find a message that was published twice."""

from collections import OrderedDict

from emotionstream.schemas.position import SourcePosition


class RecentMessages:
    """The last ``size`` (user, message id) pairs of each partition, with the offset at which each came first.

    A user's messages all lie in one partition, so a window per partition sees every repeat that is near enough. Only a
    message that is scored belongs here: one that was refused may be sent again, corrected, under its id.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._seen: dict[int, OrderedDict[tuple[str, str], int]] = {}

    def repeats(self, user_id: str, message_id: str, position: SourcePosition) -> bool:
        """Whether this message came before at another offset. The same offset read again is no repeat."""
        if not self._size:
            return False
        window = self._seen.setdefault(position.partition, OrderedDict())
        first = window.setdefault((user_id, message_id), position.offset)
        if len(window) > self._size:
            window.popitem(last=False)
        return first < position.offset

    def forget(self, user_id: str, message_id: str, position: SourcePosition) -> None:
        """The message at ``position`` was not scored after all."""
        window = self._seen.get(position.partition, OrderedDict())
        if window.get((user_id, message_id)) == position.offset:
            del window[user_id, message_id]
