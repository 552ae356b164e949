"""Every finding is explained, in the manual, and numbered by where it is made."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from stemkey.diagnostics import Rule
from stemkey.diagnostics.catalogue import findings_page, load_rules

RULES = list(load_rules().values())
BY_CODE = pytest.mark.parametrize("entry", RULES, ids=[entry.code for entry in RULES])

FOLDERS = {
    "R0": "stemkey",
    "R1": "stemkey.formats.markdown",
    "R2": "stemkey.formats.moodle",
    "R3": "stemkey.formats.qti12",
    "R40": "stemkey.formats.gift",
    "R45": "stemkey.formats.aiken",
    "R5": "stemkey.formats.text2qti",
    "R6": "stemkey.formats.qti",
    "R7": "stemkey.formats.native",
    "R8": "stemkey.formats",
    "Q": "stemkey.checks",
    "W": "stemkey",
    "S": "stemkey",
    "G": "stemkey",
    "A": "stemkey.analysis",
    "P": "stemkey",
}
"""Where the rules of a range live; the longest prefix of a code counts."""


@BY_CODE
def test_a_code_is_a_letter_and_three_digits(entry: Rule) -> None:
    assert re.fullmatch(r"[RQWSGAP]\d{3}", entry.code)


@BY_CODE
def test_the_explanation_says_what_and_why(entry: Rule) -> None:
    sentences = re.findall(r"[^.!?:]{3,}[.!?:](?=\s|$|[`*)”])", entry.explanation)
    assert len(sentences) >= 2, f"{entry.module}: the docstring of {entry.name} has one sentence"


@BY_CODE
def test_the_code_tells_where_the_finding_is_made(entry: Rule) -> None:
    prefix = max((prefix for prefix in FOLDERS if entry.code.startswith(prefix)), key=len)
    assert entry.module.startswith(FOLDERS[prefix])


def test_names_are_unique() -> None:
    names = [entry.name for entry in RULES]
    assert not {name for name in names if names.count(name) > 1}


def test_the_page_of_findings_is_fresh(repository: Path) -> None:
    page = (repository / "docs" / "findings.md").read_text(encoding="utf-8")
    assert page == findings_page(), "refresh it: python -m stemkey.diagnostics.catalogue > docs/findings.md"


@pytest.mark.parametrize("command", ["check", "export", "convert", "preview", "grade", "formats", "explain"])
def test_every_option_is_on_the_page_of_the_command_line(command: str, repository: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "stemkey", command, "--help"], capture_output=True, text=True, check=True
    )
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", run.stdout)) - {"--help"}
    page = (repository / "docs" / "cli.md").read_text(encoding="utf-8")
    assert sorted(option for option in options if option not in page) == []
