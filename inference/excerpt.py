"""The two ends of a long text, cut where the rest provably does not change their tokens.

Both kinds of tokenizer that are known here split a text into words first and then take each word by itself. So
tokens(a + b) = tokens(a) + tokens(b) where b begins with a character that begins a word whatever stands before it:

- BERT's: white space, a mark of punctuation or an ideograph, each of which is a word of its own or none. (Its
  normaliser takes each character by itself, but for accents, and none of these is an accent.)
- Byte-level BPE (RoBERTa's): a space between two visible characters. Two of ASCII's are asked for, to be sure.
"""

import re
from typing import Any, Final

from emotionstream.inference.extras import import_extra

Breaks = re.Pattern[str]

_BERT: Final = re.compile(r"[ !-/:-@\[-`{-~\u3400-\u4dbf\u4e00-\u9fff]")
_BYTE_LEVEL: Final = re.compile(r"(?<=[!-~]) (?=[!-~])")


def breaks_of(tokenizer: Any) -> Breaks | None:
    """Where a text may be cut for ``tokenizer``, of which special tokens are not looked for; None: nowhere for sure."""
    tokenizers = import_extra("tokenizers")
    words, normal = tokenizer.pre_tokenizer, tokenizer.normalizer
    if not all(token.special for token in tokenizer.get_added_tokens_decoder().values()):
        return None  # Looked for in the whole text, before anything else.
    if isinstance(words, tokenizers.pre_tokenizers.BertPreTokenizer):
        known = isinstance(normal, tokenizers.normalizers.BertNormalizer) and normal.handle_chinese_chars
        return _BERT if known else None
    if isinstance(words, tokenizers.pre_tokenizers.ByteLevel):
        return _BYTE_LEVEL if normal is None and words.use_regex else None
    return None


def ends(text: str, chars: int, breaks: Breaks | None) -> tuple[str, str] | None:
    """About the first and the last ``chars`` characters of ``text``; None where that is not less than the whole."""
    if breaks is None or len(text) <= chars + chars:
        return None
    head, tail = breaks.search(text, chars), breaks.search(text, len(text) - chars)
    if head is None or tail is None or head.start() >= tail.start():
        return None
    return text[: head.start()], text[tail.start() :]
