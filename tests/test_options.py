"""`-O name=value` against a dataclass of options."""

from dataclasses import dataclass
from typing import Literal

import pytest

from stemkey.options import OptionError, describe_options, parse_options


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    math: Literal["text", "image"] = "text"
    shuffle: bool = False
    items: int = 10
    title: str | None = None


def test_values_take_the_type_of_their_field() -> None:
    texts = ["math=image", "shuffle=yes", "items=3", "title=A = B"]
    assert parse_options(Example, texts, format_name="x") == Example(math="image", shuffle=True, items=3, title="A = B")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("maths=image", "did you mean 'math'?"),
        ("colour=red", "it knows: items, math, shuffle, title"),
        ("math=svg", "one of text, image"),
        ("shuffle=perhaps", "yes or no"),
        ("items=ten", "a whole number"),
        ("math", "has no value"),
    ],
)
def test_what_cannot_be_understood_says_what_can(text: str, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        parse_options(Example, [text], format_name="x")


def test_options_describe_themselves() -> None:
    assert describe_options(Example)[0] == ("math", "text|image", "text")
