"""Which encoding bytes are in that are not UTF-8: by what the text would be, never in silence."""

import re
from collections.abc import Callable

CANDIDATES = ("cp1252", "cp1251", "cp932", "gb18030")
"""Western and Cyrillic Windows, Japanese, Chinese; in this order where two fit equally well."""

_LOOKED_AT = 1 << 20
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def guess_encoding(data: bytes) -> str:
    """Return the encoding in which the bytes make the most plausible text; Latin-1, which fits anything, at last."""
    sample = _whole_lines(data)
    merits = {name: _merit(sample, name) for name in CANDIDATES}
    best = max(merits, key=merits.__getitem__)
    return best if merits[best] > 0 and _decodes(data, best) else "latin-1"


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
    runs = _FOREIGN.findall(text)
    total = sum(map(len, runs))
    return sum(len(run) for run in runs if _PLAUSIBLE[name](run)) / total if total else 0.0


def _is_western(run: str) -> bool:
    """Few accented letters stand side by side between ASCII ones; quotes and dashes too."""
    return len(run) <= 3 and all(character in "ŠšŽžŸŒœ€‘’“”„–—…•" or "\xa0" <= character <= "\xff" for character in run)


def _is_cyrillic(run: str) -> bool:
    letters = [character for character in run if character not in "«»—–№… \xa0"]
    whole = all("\u0400" <= character <= "\u04ff" for character in letters)
    # КУЗНЕЦОВ and Кузнецов are words, кУЗНЕЦОВ is another encoding read wrongly.
    cased = run.islower() or run.isupper() or run[1:].islower() or not run.isalpha()
    return whole and cased and (len(run) > 2 or (len(run) == 1 and run.isupper()))


def _is_japanese(run: str) -> bool:
    kana = sum("\u3040" <= character <= "\u30ff" for character in run)
    wide = sum("\u3000" <= character <= "\u9fff" or "\uff01" <= character <= "\uff5e" for character in run)
    return wide == len(run) and (kana > 0 or all(_is_common(character, "cp932", 0x88, 0x97) for character in run))


def _is_chinese(run: str) -> bool:
    wide = all("\u3000" <= character <= "\u9fff" or "\uff01" <= character <= "\uff5e" for character in run)
    common = sum(_is_common(character, "gb2312", 0xB0, 0xD7) for character in run)
    return wide and common * 10 >= len(run) * 8


def _is_common(character: str, encoding: str, first: int, last: int) -> bool:
    """Whether a character is among the common ones, which the older standards keep in their first rows."""
    try:
        lead = character.encode(encoding)[0]
    except UnicodeEncodeError:
        return False
    return first <= lead <= last


_PLAUSIBLE: dict[str, Callable[[str], bool]] = {
    "cp1252": _is_western,
    "cp1251": _is_cyrillic,
    "cp932": _is_japanese,
    "gb18030": _is_chinese,
}
