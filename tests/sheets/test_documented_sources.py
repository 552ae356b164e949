"""The manual's page about sheets names every source, and no other."""

import re
from pathlib import Path

from stemkey.sheets import SOURCES


def test_every_source_is_in_the_manual(repository: Path) -> None:
    page = (repository / "docs" / "sheets.md").read_text(encoding="utf-8")
    table = page.split("## Where a sheet may come from")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z][\w-]*)` \|", table, re.MULTILINE)) == {row.name for row in SOURCES}


def test_every_source_has_its_functions_and_says_what_shows_that_it_works() -> None:
    for row in SOURCES:
        assert callable(row.reader)
        assert row.evidence
        assert row.title
