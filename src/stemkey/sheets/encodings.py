"""Which encoding bytes are in that are not UTF-8: by what the text would be, never in silence."""

import re
from collections.abc import Callable

CANDIDATES = ("cp1252", "cp1251", "cp932", "gb18030")
"""Western and Cyrillic Windows, Japanese, Chinese; in this order where two fit equally well."""

_LOOKED_AT = 1 << 20
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_WITH_NEIGHBOURS = re.compile(r"([A-Za-z]?)([^\x00-\x7f]+)([A-Za-z]?)")


def guess_encodings(data: bytes) -> list[str]:
    """Return the encodings in which the bytes make the most plausible text; Latin-1, which fits anything, at last.

    Several where nothing tells them apart.
    """
    sample = _whole_lines(data)
    merits = {name: _merit(sample, name) for name in CANDIDATES}
    best = max(merits.values())
    good = [name for name in CANDIDATES if best > 0 and merits[name] == best and _decodes(data, name)]
    return good or ["latin-1"]


def _whole_lines(data: bytes) -> bytes:
    if len(data) <= _LOOKED_AT:
        return data
    return data[: data.rfind(b"\n", 0, _LOOKED_AT) + 1] or data[:_LOOKED_AT]


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _merit(data: bytes, name: str) -> float:
    """Return the share of letters beyond ASCII that stand as they do in the languages of an encoding."""
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return 0.0
    runs = [(run, bool(before or after)) for before, run, after in _WITH_NEIGHBOURS.findall(text)]
    total = sum(len(run) for run, _ in runs)
    return sum(len(run) for run, is_within in runs if _PLAUSIBLE[name](run, is_within)) / total if total else 0.0


def _is_western(run: str, is_within: bool) -> bool:
    """Few accented letters stand side by side between ASCII ones; quotes and dashes too."""
    known = all(character in "ŠšŽžŸŒœ€‘’“”„–—…•" or "\xa0" <= character <= "\xff" for character in run)
    letters = sum(map(str.isalpha, run))
    return known and len(run) <= 3 and (is_within or letters <= 1)


def _is_cyrillic(run: str, is_within: bool) -> bool:
    letters = [character for character in run if character not in "«»—–№… \xa0"]
    whole = all("\u0400" <= character <= "\u04ff" for character in letters)
    # КУЗНЕЦОВ and Кузнецов are words, кУЗНЕЦОВ is another encoding read wrongly.
    cased = run.islower() or run.isupper() or run[1:].islower() or not run.isalpha()
    return whole and cased and not is_within and (len(run) > 2 or run[0].isupper())


def _is_japanese(run: str, is_within: bool) -> bool:
    kana = sum("\u3040" <= character <= "\u30ff" for character in run)
    wide = sum("\u3000" <= character <= "\u9fff" or "\uff01" <= character <= "\uff5e" for character in run)
    return (
        wide == len(run)
        and not is_within
        and (kana > 0 or all(_is_common(character, "cp932", 0x88, 0x98) for character in run))
    )


def _is_chinese(run: str, is_within: bool) -> bool:
    wide = all("\u3000" <= character <= "\u9fff" or "\uff01" <= character <= "\uff5e" for character in run)
    common = sum(_is_common(character, "gb2312", 0xB0, 0xD7) for character in run)
    return wide and not is_within and common * 10 >= len(run) * 8


def _is_common(character: str, encoding: str, first: int, last: int) -> bool:
    """Whether a character is among the common ones, which the older standards keep in their first rows."""
    try:
        lead = character.encode(encoding)[0]
    except UnicodeEncodeError:
        return False
    return first <= lead <= last


_PLAUSIBLE: dict[str, Callable[[str, bool], bool]] = {
    "cp1252": _is_western,
    "cp1251": _is_cyrillic,
    "cp932": _is_japanese,
    "gb18030": _is_chinese,
}
