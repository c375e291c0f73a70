"""Names of levels without a blank, or with their number in words, in Roman or in Chinese numerals, as usual ones."""

from __future__ import annotations

import re

LETTER = "[a-zà-ÿ]"
WORDS = (
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
)
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
REGION = "c|th|t|d|l|s"
BODY = "vertebrae|vertebra|vert|body|corpus"

BEHIND_BODY = re.compile(rf"(?<!{LETTER})({BODY})(?=(?:{REGION})\d)")
BEFORE_BODY = re.compile(rf"(?<!{LETTER})((?:{REGION})\d{{1,2}})(?=(?:{BODY})(?!{LETTER}))")
IN_WORDS = re.compile(rf"(?<!{LETTER})({'|'.join(WORDS)})(?=[ -]+(?:cervical|thoracic|dorsal|lumbar|sacral))")
IN_ROMAN = re.compile(
    rf"(?<!{LETTER})({REGION})[ .-]+({'|'.join(one for one in ROMAN if len(one) > 1)})(?!{LETTER}|[ .-]*\d)"
)
"""Of two letters or more, behind a blank: one letter may mean something else."""
IN_CHINESE = re.compile(r"第(十[一二]?|[一二三四五六七八九])(?=[颈頸頚胸腰骶])")


def in_figures(plain: str) -> str:
    """A label in small letters with a blank between level and body, and the number of a level in figures.

    >>> [in_figures(text) for text in ("vertebrac5", "c5body", "fifth cervical", "th xii", "第五腰椎")]
    ['vertebra c5', 'c5 body', '5th cervical', 'th12', '第5腰椎']
    """
    plain = BEFORE_BODY.sub(r"\1 ", BEHIND_BODY.sub(r"\1 ", plain))
    plain = IN_WORDS.sub(lambda found: f"{WORDS.index(found[1]) + 1}th", plain)
    plain = IN_ROMAN.sub(lambda found: f"{found[1]}{ROMAN.index(found[2]) + 1}", plain)
    return IN_CHINESE.sub(lambda found: f"第{CHINESE.index(found[1]) + 1}", plain)
