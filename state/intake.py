"""A raw record of the results topic becomes an ``EmotionResult``, or a ``Rejection`` that says what is wrong."""

from pydantic import ValidationError

from emotionstream.schemas.decode import Flaw, event_flaw, reject
from emotionstream.schemas.events import EmotionResult, Rejection, RejectionKind
from emotionstream.schemas.position import Record


def decode_result(record: Record) -> EmotionResult | Rejection:
    """The result that ``record`` holds, or why it cannot be used. Pure; never raises."""
    found = _read(record)
    return found if isinstance(found, EmotionResult) else reject(record, found, "state")


def _read(record: Record) -> EmotionResult | Flaw:
    if record.key is None:
        return RejectionKind.MISSING_KEY, "the record has no key: it must be the user_id"
    if not record.value:
        return RejectionKind.EMPTY_VALUE, "the value is empty (only a null value erases a user)"
    try:
        result = EmotionResult.model_validate_json(record.value)
    except ValidationError as error:
        return event_flaw(error)
    if record.key != result.user_id.encode():
        return RejectionKind.KEY_MISMATCH, "the record's key is not its user_id"
    return result
