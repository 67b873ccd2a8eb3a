"""A raw record of the results topic becomes an ``EmotionResult``, or a ``Rejection`` that says what is wrong."""

from typing import Final

from pydantic import ValidationError

from emotionstream.schemas.decode import Flaw, reject
from emotionstream.schemas.events import EmotionResult, Rejection, RejectionKind
from emotionstream.schemas.position import Record

_KINDS: Final = {
    "json_invalid": RejectionKind.NOT_JSON,
    "model_type": RejectionKind.NOT_AN_OBJECT,
    "missing": RejectionKind.MISSING_FIELD,
}


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
        return _invalid(error)
    if record.key != result.user_id.encode():
        return RejectionKind.KEY_MISMATCH, "the record's key is not its user_id"
    return result


def _invalid(error: ValidationError) -> Flaw:
    items = error.errors(include_url=False, include_context=False, include_input=False)
    told = (f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in items)
    return _KINDS.get(items[0]["type"], RejectionKind.INVALID_FIELD), "; ".join(dict.fromkeys(told))
