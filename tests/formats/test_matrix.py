"""The page that says what survives where is the table's own word."""

from pathlib import Path

from stemkey.formats import FORMATS
from stemkey.formats.matrix import formats_page


def test_the_page_of_formats_is_fresh(repository: Path) -> None:
    page = (repository / "docs" / "formats.md").read_text(encoding="utf-8")
    assert page == formats_page(), "refresh it: python -m stemkey.formats.matrix > docs/formats.md"


def test_every_format_is_on_it() -> None:
    page = formats_page()
    assert all(f"[{row.name}](" in page for row in FORMATS)
