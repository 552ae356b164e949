"""Texts with `*` as QTI's patterns, and back: a pattern of another shape is not ours to read."""

import re
from typing import NamedTuple

_SPECIAL = frozenset("\\.[]{}()*+-?^$|")
_PIECE = re.compile(r"\.\*|\\(.)|\[(.)(.)\]|([^\\.\[\]{}()*+?^$|])", re.DOTALL)


def to_pattern(text: str, *, wildcards: bool, case_sensitive: bool) -> str:
    """Return the pattern that fits a text in which `*` may stand for any run of characters."""
    return "".join(_character(character, wildcards=wildcards, case_sensitive=case_sensitive) for character in text)


def _character(character: str, *, wildcards: bool, case_sensitive: bool) -> str:
    if character == "*" and wildcards:
        return ".*"
    lower, upper = character.lower(), character.upper()
    if not case_sensitive and lower != upper and len(lower) == len(upper) == 1 and lower.upper() == upper:
        return f"[{character}{upper if character == lower else lower}]"
    return f"\\{character}" if character in _SPECIAL else character


class Pattern(NamedTuple):
    """What a pattern says."""

    text: str
    wildcards: bool
    case_sensitive: bool | None
    """None: it has no letter that would tell."""


def from_pattern(pattern: str) -> Pattern | None:
    """Return what a pattern of our shape says; None for one of another shape."""
    text: list[str] = []
    is_folded = is_exact = wildcards = False
    position = 0
    while position < len(pattern):
        piece = _PIECE.match(pattern, position)
        if piece is None:
            return None
        position = piece.end()
        escaped, one, other, plain = piece.groups()
        if one is not None:
            if one.lower() != other.lower():
                return None
            is_folded = True
            text.append(one)
        elif escaped is not None:
            if escaped.isalnum():
                return None
            text.append(escaped)
        elif plain is not None:
            is_exact = is_exact or _character(plain, wildcards=False, case_sensitive=False) != plain
            text.append(plain)
        else:
            wildcards = True
            text.append("*")
    return Pattern("".join(text), wildcards, True if is_exact else False if is_folded else None)
