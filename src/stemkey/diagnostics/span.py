"""Places: where in a text, a package or a sheet something was found."""

from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A place in a text: 1-based line and column, width in characters.

    A named tuple, not a dataclass: a quiz of 10,000 items makes 70,000 of them.
    """

    source: str
    line: int
    column: int = 1
    width: int = 1


class CellSpan(NamedTuple):
    """A place in a response sheet, as a spreadsheet program shows it."""

    source: str
    sheet: str | None = None
    row: int | None = None
    """1-based, as the spreadsheet program shows it; for CSV the record's first line."""
    column: str | None = None
    """The column's letters, `"F"`."""

    @property
    def cell(self) -> str | None:
        """The cell's address, `"F9"`, where both row and column are known."""
        return f"{self.column}{self.row}" if self.column and self.row else None


Place: TypeAlias = Span | CellSpan


def column_letters(index: int) -> str:
    """Return the spreadsheet letters of a 0-based column: 0 is `A`, 26 is `AA`."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(65 + digit) + letters
    return letters
