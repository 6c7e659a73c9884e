"""Patterns of API models, which are Java's, as Python reads them."""

from __future__ import annotations

import re
from functools import cache

# Java's classes of Unicode; beyond ASCII it is enough to know that a letter is no control character.
_CLASSES = {
    "L": r"A-Za-z\u00aa-\uffff",
    "Z": r" \u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
    "N": r"0-9\u00b2-\u2189\u0660-\u06f9",
    "P": r"!-#%-*,-/:;?@\[-\]_{}\u00a1-\u2e5d",
    "M": r"\u0300-\u036f",
    "ASCII": r"\x00-\x7f",
    "Print": r" -~",
}
_ALONE = {"ASCII", "Print"}
_SURROGATES = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
_PLANES = (r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern for `fullmatch`: AWS matches the whole value. re.error when Python cannot read it."""
    text = pattern
    for java, python in (_SURROGATES, _PLANES):
        text = text.replace(java, python)
    text = re.sub(r"\\p\{(\w+)\}", _class, text)
    # A dash behind a class of characters is itself: Java takes it, Python calls it a bad range.
    text = re.sub(r"(\\[wds])-(?!\])", r"\1\\-", text)
    return re.compile(text, re.ASCII)


def _class(match: re.Match[str]) -> str:
    name = match[1]
    return f"[{_CLASSES[name]}]" if name in _ALONE else _CLASSES[name]
