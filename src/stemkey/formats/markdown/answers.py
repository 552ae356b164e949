"""Answers as they are written: texts, numbers with their tolerance, shares, pairs."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from stemkey.formats.markdown.settings import read_number, read_share
from stemkey.formats.markdown.words import KEY_PREFIX
from stemkey.model import FULL_CREDIT, NO_CREDIT, AcceptedNumber, Content, ToleranceKind, text_content
from stemkey.richtext import code_span, to_plain

_CODE = re.compile(r"(?P<ticks>`+)(?!`)(?P<text>.*?)(?<!`)(?P=ticks)(?!`)(?P<html>\{=html\})?", re.DOTALL)
_FACTS = re.compile(r"[ \t]*\((?P<facts>[^()]*)\)[ \t]*$")


class Value(NamedTuple):
    """A text as it stands in a row, with what is said about it in brackets."""

    text: str
    is_html: bool = False
    share: Fraction | None = None
    wildcards: bool = False


def read_value(written: str) -> Value:
    """Return what a row says: plain words or inline code, then `(50 %)` or `(50 %, wildcards)`."""
    written = written.strip()
    share: Fraction | None = None
    wildcards = False
    code = _CODE.match(written)
    rest = written[code.end() :] if code else written
    facts = _FACTS.search(rest)
    if facts:
        words = [word.strip() for word in facts["facts"].split(",")]
        shares = [read_share(word) for word in words if word != "wildcards"]
        if all(found is not None for found in shares) and len(shares) <= 1:
            share, wildcards = (shares[0] if shares else None), "wildcards" in words
            rest = rest[: facts.start()]
    if code and not rest.strip():
        text = code["text"]
        if len(text) > 2 and text[0] == text[-1] == " " and text.strip():
            text = text[1:-1]
        return Value(text, bool(code["html"]), share, wildcards)
    return Value(written[: facts.start()].strip() if facts and rest != written else written, False, share, wildcards)


# Words that read back as they are, in any row.
_PLAIN = re.compile(r"[^\W_](?:[\w ,;.:'/+%-]*[^\W_]|[^\W_])?|[^\W_]")


def write_value(text: str, *, share: Fraction | None = None, wildcards: bool = False) -> str:
    """Return a text as a row says it: plain words where they stay what they are, else inline code."""
    plain = _PLAIN.fullmatch(text) and "  " not in text and not text.endswith(" ") and not KEY_PREFIX.match(text)
    written = text if plain else code_span(text)
    facts = ([] if share is None else [write_share(share)]) + (["wildcards"] if wildcards else [])
    return f"{written} ({', '.join(facts)})" if facts else written


def write_content(content: Content) -> str:
    """Return a dropdown's choice: its words, or HTML where it is more than words."""
    text = to_plain(content)
    return write_value(text) if text_content(text) == content else f"{code_span(content)}{{=html}}"


def read_content(value: Value) -> Content:
    """Return a dropdown's choice as content."""
    return Content(value.text) if value.is_html else text_content(value.text)


def split_values(row: str) -> list[str]:
    """Split a row at its bars, outside inline code."""
    parts: list[str] = []
    start = position = 0
    while position < len(row):
        if row[position] == "`" and (code := _CODE.match(row, position)):
            position = code.end()
        elif row[position] == "|":
            parts.append(row[start:position])
            position = start = position + 1
        else:
            position += 1
    parts.append(row[start:])
    return [part.strip() for part in parts]


def write_share(share: Fraction) -> str:
    """Return a share: `50 %` where that is exact, else `1/3`."""
    percent = share * 100
    return f"{write_number(percent)} %" if _is_decimal(percent) else str(share)


def write_number(number: Fraction) -> str:
    """Return a number as a decimal where it is one, else as a fraction."""
    if number.denominator == 1:
        return str(number.numerator)
    if not _is_decimal(number):
        return str(number)
    digits = format(Decimal(number.numerator) / Decimal(number.denominator), "f")
    return digits if Fraction(digits) == number else str(number)


def _is_decimal(number: Fraction) -> bool:
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


# Numbers

_NUMBER = r"[-+−]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?:/\d+)?"
_RANGE = re.compile(rf"(?P<lower>{_NUMBER})?[ \t]*(?P<open>(?:<\.\.<|<\.\.|\.\.<|\.\.))[ \t]*(?P<upper>{_NUMBER})?$")
_EXACT = re.compile(
    rf"(?P<value>{_NUMBER})[ \t]*"
    rf"(?:(?:±|\+/-|\+-)[ \t]*(?P<tolerance>{_NUMBER})[ \t]*(?P<unit>%|geometric)?"
    r"|to[ \t]+(?P<digits>\d+)[ \t]+significant[ \t]+digits?)?$"
)
_LONGEST = 400


def read_accepted_number(written: str) -> AcceptedNumber | None:
    """Return a number that is accepted: `9.81`, `9.81 ± 0.01`, `± 2 %`, `3.1 .. 3.2`; None where it is none."""
    value = read_value(written)
    text = value.text.strip()
    if len(text) > _LONGEST:
        return None
    credit = FULL_CREDIT if value.share is None else value.share
    if match := _RANGE.match(text):
        return AcceptedNumber(
            lower=_number(match["lower"]),
            upper=_number(match["upper"]),
            lower_open=match["open"].startswith("<"),
            upper_open=match["open"].endswith("<"),
            credit=credit,
        )
    match = _EXACT.match(text)
    number = _number(match["value"]) if match else None
    if match is None or number is None:
        return None
    tolerance = _number(match["tolerance"] or match["digits"]) or NO_CREDIT
    kind = ToleranceKind.ABSOLUTE
    if match["digits"]:
        kind = ToleranceKind.SIGNIFICANT
    elif match["unit"] == "%":
        kind, tolerance = ToleranceKind.RELATIVE, tolerance / 100
    elif match["unit"]:
        kind = ToleranceKind.GEOMETRIC
    spelled = match["value"]
    return AcceptedNumber(
        value=number,
        tolerance=tolerance,
        kind=kind,
        credit=credit,
        written="" if spelled == write_number(number) else spelled,
    )


def _number(text: str | None) -> Fraction | None:
    return read_number(text.replace("−", "-")) if text else None


def write_accepted_number(number: AcceptedNumber) -> str | None:
    """Return an accepted number as a row says it; None where the row has no way to say it."""
    if number.value is None:
        lower = "" if number.lower is None else f"{write_number(number.lower)} "
        upper = "" if number.upper is None else f" {write_number(number.upper)}"
        text = f"{lower}{'<' if number.lower_open else ''}..{'<' if number.upper_open else ''}{upper}"
    else:
        text = number.written or write_number(number.value)
        if number.kind is ToleranceKind.SIGNIFICANT:
            text += f" to {number.tolerance} significant digits"
        elif number.kind is ToleranceKind.RELATIVE:
            text += f" ± {write_number(number.tolerance * 100)} %"
        elif number.kind is ToleranceKind.GEOMETRIC:
            text += f" ± {write_number(number.tolerance)} geometric"
        elif number.tolerance:
            text += f" ± {write_number(number.tolerance)}"
    if number.credit != FULL_CREDIT:
        text += f" ({write_share(number.credit)})"
    read = read_accepted_number(text)
    same = read is not None and (read.value, read.tolerance, read.kind, read.lower, read.upper, read.lower_open) == (
        number.value,
        number.tolerance,
        number.kind,
        number.lower,
        number.upper,
        number.lower_open,
    )
    if read is None or not same or (read.upper_open, read.credit) != (number.upper_open, number.credit):
        return None
    return text if read.written == number.written else None


# Pairs of a matching question

_PAIR = re.compile(
    r"(?P<source>[A-Za-z])\)?[ \t]*(?:→|->|=>|-|–|:|=)[ \t]*(?P<target>\d{1,3})\)?(?:[ \t]*\((?P<credit>[^()]*)\))?"
)


class Pair(NamedTuple):
    """One pair of the key: `A → 2`."""

    source: str
    target: str
    credit: str
    at: int


def read_pairs(text: str) -> list[Pair]:
    """Return the pairs that a key's line names: `A → 2, B → 1`."""
    return [
        Pair(match["source"].upper(), match["target"].lstrip("0"), match["credit"] or "", match.start())
        for match in _PAIR.finditer(text)
    ]


# Words


_TRUE_FALSE: dict[str, bool] = {
    "true": True, "false": False, "wahr": True, "falsch": False, "vrai": True, "faux": False,
    "verdadero": True, "falso": False, "vero": True, "verdadeiro": True, "richtig": True, "waar": True, "onwaar": False,
    "t": True, "f": False, "prawda": True, "fałsz": False, "waarheid": True, "doğru": True, "yanlış": False, "верно": True, "неверно": False, "对": True, "错": False, "正确": True, "错误": False,
}  # fmt: skip


def reason_behind(said: str, option: str) -> int:
    """Return where a reason begins behind an option's text, `B) that, because it is`; 0 where none does."""
    plain = said.casefold()
    if not option or not plain.startswith(option.casefold()):
        return 0
    match = re.compile(r"[ \t]*(?:[-–—,;:]|\.(?=[ \t])|(?=\())[ \t]*").match(said, len(option))
    return match.end() if match and match.end() < len(said) else 0


def truth_of(words: str) -> bool | None:
    """Return what a key of true or false says: `True`, `T`, `Richtig.`; None where it says something else."""
    return _TRUE_FALSE.get(words.strip(" \t*_.").casefold())
