"""The same text about other people: its writer's feeling stays as it is (Lu et al., 2020; Maudslay et al., 2019).

Names that GoEmotions hides behind ``[NAME]`` become first names of many origins, and gendered words change sides. None
of the names is in the Equity Evaluation Corpus, which measures what came of it.
"""

import re
from typing import Final

import numpy as np

HIDDEN: Final = "[NAME]"
_HIDDEN: Final = re.compile(re.escape(HIDDEN))
_NAMES: Final = """
Keisha Tyrone Imani DeShawn Aaliyah Trevon Shanice Marquis Jada Demetrius Ayanna Tyrese Kiara Jamal Precious Dwayne
Kofi Amara Chidi Ngozi Kwame Zainab Thabo Amina Sipho Makena
Emily Peter Claire Greg Molly Thomas Hannah Brian Laura Scott Megan Paul Anna Jonas Freya Lars Sofie Piotr Katya
Maria Jose Lucia Diego Camila Mateo Rosa Javier Valentina Pedro Joao Beatriz
Priya Arjun Ananya Rahul Fatima Imran Nusrat Sanjay Kavya Tariq Lakshmi Bilal
Wei Mei Hiroshi Yuki Minh Linh Jiho Soyeon Ananda Siti Bayu Kanya
Omar Leila Yusuf Noor Hassan Mariam Reza Shirin Eitan Miriam Emre Elif
"""
NAMES: Final = tuple(_NAMES.split())
_PAIRS: Final = (
    ("he", "she"), ("himself", "herself"), ("dad", "mom"), ("father", "mother"), ("brother", "sister"),
    ("brothers", "sisters"), ("husband", "wife"), ("boyfriend", "girlfriend"), ("uncle", "aunt"), ("nephew", "niece"),
    ("grandpa", "grandma"), ("grandfather", "grandmother"), ("sir", "madam"), ("gentleman", "lady"),
    ("gentlemen", "ladies"),
)  # fmt: skip
"""Without words that are as often something else: `oh man`, `son of a ...`, Stephen King."""
_OTHER: Final = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])} | {"him": "her", "hers": "his"}
_WORD: Final = re.compile(r"\b(" + "|".join((*_OTHER, "his", "her")) + r")\b", re.IGNORECASE)
_GOES_ON: Final = """
a about again all an and as at away back because before but by do down for from go going have he her him i if
in into is it its just know like lol me my no not now of off on or our out over right she so some than that
the their them then there they this to too up us was way we what when where who why will with would you your
"""
_OWNED: Final = re.compile(rf"\s+(?!(?:{'|'.join(_GOES_ON.split())})\b)\w", re.IGNORECASE)
"""What follows `her` where something is hers: a word that does not go on with the sentence."""


def other_people(text: str, rng: np.random.Generator) -> str:
    """``text`` with hidden names filled in and its gendered words changed, each in half of the cases."""
    if rng.random() < 0.5:
        text = named(text, rng)
    return regendered(text) if rng.random() < 0.5 else text


def people_pair(text: str, rng: np.random.Generator) -> tuple[str, str] | None:
    """Two versions of ``text`` that differ only in the people: other names, or gendered words of the other side.

    None where it speaks of none.
    """
    first, second = named(text, rng), named(text, rng)
    if first == second or rng.random() < 0.5:
        second = regendered(second)
    return (first, second) if first != second else None


def named(text: str, rng: np.random.Generator) -> str:
    """A first name for each ``[NAME]``."""
    return _HIDDEN.sub(lambda _: NAMES[int(rng.integers(len(NAMES)))], text)


def regendered(text: str) -> str:
    """``he`` -> ``she``, ``her book`` -> ``his book``, ``Mom`` -> ``Dad`` and back."""
    return _WORD.sub(lambda match: _cased(_counterpart(match), match[0]), text)


def _counterpart(match: re.Match[str]) -> str:
    word = match[0].lower()
    owns = _OWNED.match(match.string, match.end()) is not None
    if word == "her":
        return "his" if owns else "him"
    if word == "his":
        return "her" if owns else "hers"
    # Letters of other alphabets match without case, and are no such word.
    return _OTHER.get(word, match[0])


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word.capitalize() if like[0].isupper() else word
