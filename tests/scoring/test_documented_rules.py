"""docs/scoring.md and docs/gradebooks.md name everything there is, and their examples work."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.gradebooks import GRADEBOOKS
from stemkey.model import Cardinality, Choice, ChoiceInteraction, Content, Item, Quiz, Section
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.entry_scoring import NORMALISATIONS
from stemkey.scoring.rule_file import ITEM_CHANGES, read_rules
from stemkey.scoring.rules import TITLES

NAMES = sorted({name for names in TITLES.values() for name in names} | set(NORMALISATIONS) | set(ITEM_CHANGES))


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_and_decision_is_in_the_manual(name: str, repository: Path) -> None:
    assert re.search(rf"[`\"(]?{re.escape(name)}\b", (repository / "docs" / "scoring.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", GRADEBOOKS, ids=lambda row: row.name)
def test_every_gradebook_is_in_the_manual(row: Any, repository: Path) -> None:
    text = (repository / "docs" / "gradebooks.md").read_text(encoding="utf-8")
    assert f"| `{row.name}` | `{row.file}` |" in text


def _quiz(count: int, several: int) -> Quiz:
    choices = tuple(Choice(identifier=c, content=Content(c), credit=Fraction(c == "A")) for c in "ABCD")
    items = tuple(
        Item(
            identifier=f"q{n}",
            number=str(n),
            body=Content("?"),
            interactions=(
                ChoiceInteraction(
                    choices=choices, cardinality=Cardinality.MULTIPLE if n == several else Cardinality.SINGLE
                ),
            ),
        )
        for n in range(1, count + 1)
    )
    return Quiz(identifier="q", sections=(Section(items=items),))


def test_the_manuals_rules_files_are_understood(repository: Path) -> None:
    examples = re.findall(
        r"```toml\n(.*?)```", (repository / "docs" / "scoring.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(examples) == 6
    for example in examples:
        found = Diagnostics()
        # The manual gives question 3 a rule for several choices; a form's key has single ones.
        quiz = _quiz(4, several=0) if "[forms]" in example else _quiz(10, several=3)
        rules = read_rules(Source("rules.toml", example.encode()), quiz, found)
        compile_key(quiz, found, rules)
        assert found.freeze() == ()
