"""The right options by how they are written, where a whole file does it: in bold, in italics, in red, with an X behind them."""

import re
from collections.abc import Iterable

from stemkey.formats.markdown.drafts import DraftChoice, DraftItem

_WRAPPERS = {
    "in bold": re.compile(r"(?P<mark>\*\*|__)(?P<text>(?:(?!\*\*|__).)+)(?P=mark)"),
    "in italics": re.compile(r"(?P<mark>[*_])(?P<text>[^*_]+)(?P=mark)"),
    "in tags": re.compile(r"<(?P<tag>b|strong|em|i|u|mark|ins)>(?P<text>.+)</(?P=tag)>", re.IGNORECASE),
    "in colour": re.compile(r"<(?P<tag>font|span)\b[^<>]*\bcolor\b[^<>]*>(?P<text>.+)</(?P=tag)>", re.IGNORECASE),
    "as highlighted": re.compile(r"==(?P<text>.+)=="),
    "with an X behind them": re.compile(r"(?P<text>.*\S)[ \t]+[Xx]"),
}


def mark_by_writing(drafts: Iterable[DraftItem]) -> tuple[str, list[DraftItem]]:
    """Mark the options that are written in another way than their neighbours, if nearly all questions have such ones.

    One question with one option in italics says nothing; ten of ten do. Returns how they are written, and which
    questions have them; nothing where no way fits.
    """
    open_ones = [draft for draft in drafts if len(draft.choices) >= 2]
    for name, wrapper in _WRAPPERS.items():
        wrapped = [(draft, [choice for choice in draft.choices if _inside(wrapper, choice)]) for draft in open_ones]
        told = [(draft, choices) for draft, choices in wrapped if 0 < len(choices) < len(draft.choices)]
        if len(told) >= 3 and 10 * len(told) >= 9 * len(open_ones):
            for _, choices in told:
                for choice in choices:
                    _unwrap(wrapper, choice)
            return name, [draft for draft, _ in told]
    return "", []


def _inside(wrapper: re.Pattern[str], choice: DraftChoice) -> bool:
    return choice.more is None and wrapper.fullmatch(choice.text.strip()) is not None


def _unwrap(wrapper: re.Pattern[str], choice: DraftChoice) -> None:
    match = wrapper.fullmatch(choice.text.strip())
    assert match is not None  # `_inside` says so
    raw = choice.first.raw
    at = raw.index(match["text"], choice.start)
    choice.marked = True
    choice.start = at
    choice.first = choice.first._replace(raw=raw[: at + len(match["text"])], start=at)
