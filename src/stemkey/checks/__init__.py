"""Doubts about a quiz's content, in whatever format it came: a table of checks, run one after the other.

To add a check: a rule and a function in the module of its subject, and its name in `CHECKS`.
"""

from collections.abc import Callable
from typing import TypeAlias

from stemkey.checks.accessibility import check_images
from stemkey.checks.choices import check_choices
from stemkey.checks.keys import check_key_lengths, check_key_letters, check_keys
from stemkey.checks.points import check_points
from stemkey.checks.stems import check_stems
from stemkey.diagnostics import Diagnostics
from stemkey.model import Quiz

Check: TypeAlias = Callable[[Quiz, Diagnostics], None]

CHECKS: tuple[Check, ...] = (
    check_stems,
    check_choices,
    check_keys,
    check_points,
    check_images,
    check_key_letters,
    check_key_lengths,
)


def check(quiz: Quiz, found: Diagnostics) -> None:
    """Add every doubt about a quiz's content; what its reader has reported already is not said again."""
    for run in CHECKS:
        run(quiz, found)


__all__ = ["CHECKS", "Check", "check"]
