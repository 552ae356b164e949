r"""TeX in Markdown: where it is, and where a dollar is money.

Math is `\(…\)` and `$…$` inside a line, `\[…\]` and `$$…$$` on its own. It is found before Markdown is read,
because Markdown would eat its backslashes and underscores, and outside code, where a dollar is a dollar.
"""

import re
from html import escape

# What may open or close something, in one pass: an escape, a run of backticks, a fence, a run of dollars.
_MARK = re.compile(r"^[ \t>]*(?P<fence>`{3,}|~{3,})|\\(?P<escaped>[^\n])|(?P<ticks>`+)|(?P<dollars>\$+)", re.MULTILINE)
_ORDINAL = re.compile(r"(?:st|nd|rd|th|s)\b")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_CLOSERS = {"(": "\\)", "[": "\\]"}


def has_math(text: str) -> bool:
    """Whether Markdown may hold math at all: a cheap look."""
    return "$" in text or "\\(" in text or "\\[" in text


class Protected:
    """Markdown whose math has been taken out, and what is needed to put it back."""

    __slots__ = ("_formulas", "_mark", "text")

    def __init__(self, text: str) -> None:
        self._mark = _unused_character(text)
        self._formulas: list[str] = []
        self.text = self._take_out(text)

    def put_back(self, html: str) -> str:
        """Return rendered HTML with its math."""
        if not self._formulas:
            return html
        parts = html.split(self._mark)
        # Text, number, text, number, … text: a mark before and after each number.
        for index in range(1, len(parts), 2):
            parts[index] = self._formulas[int(parts[index])]
        return "".join(parts)

    def _take_out(self, text: str) -> str:
        parts: list[str] = []
        position = 0
        has_picture = "![" in text
        for start, end, opener, formula in _formulas(text):
            closer = "\\]" if opener == "\\[" else "\\)"
            parts += (text[position:start], self._mark, str(len(self._formulas)), self._mark)
            html = opener + escape(formula, quote=False) + closer
            # In a picture's description a quotation mark would end the attribute.
            self._formulas.append(html.replace('"', "&quot;") if has_picture else html)
            position = end
        parts.append(text[position:])
        return "".join(parts)


def _unused_character(text: str) -> str:
    """Return a private character that the text does not hold: it survives Markdown as a letter would."""
    return next(character for character in map(chr, range(0xE000, 0xF8FF)) if character not in text)


def _formulas(text: str) -> "list[tuple[int, int, str, str]]":
    r"""Return start, end, opener (`\(` or `\[`) and TeX of every formula, in order."""
    found: list[tuple[int, int, str, str]] = []
    absent: set[str] = set()
    position = 0
    while mark := _MARK.search(text, position):
        position = mark.end()
        if fence := mark["fence"]:
            position = _after_fence(text, mark.end(), fence)
        elif ticks := mark["ticks"]:
            position = _after_code(text, mark.end(), ticks, absent)
        elif mark["escaped"]:
            closer = _CLOSERS.get(mark["escaped"])
            end = _find(text, closer, position, absent) if closer else -1
            if closer and end > position and text[position:end].strip():
                found.append((mark.start(), end + 2, "\\" + mark["escaped"], text[position:end]))
                position = end + 2
        elif formula := _dollar_formula(text, mark, absent):
            found.append(formula)
            position = formula[1]
    return found


def _after_fence(text: str, position: int, fence: str) -> int:
    """Return where a fenced block ends."""
    closing = re.compile(rf"^[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
    line_end = text.find("\n", position)
    if line_end < 0:
        return len(text)
    if fence[0] == "`" and "`" in text[position:line_end]:
        return position  # CommonMark: no backtick in the info string, so this is no fence but code in a line
    end = closing.search(text, line_end + 1)
    return end.end() if end else len(text)


def _after_code(text: str, position: int, ticks: str, absent: set[str]) -> int:
    """Return where inline code ends; right behind its opening where nothing closes it."""
    if ticks in absent:
        return position
    end = position
    while (end := text.find(ticks, end)) >= 0:
        run = end
        while run < len(text) and text[run] == "`":
            run += 1
        if run - end == len(ticks):
            return run
        end = run
    absent.add(ticks)
    return position


def _find(text: str, closer: str, position: int, absent: set[str]) -> int:
    """Return where a closer is, -1 where there is none in this paragraph; a search that failed is not repeated."""
    if closer in absent:
        return -1
    end = text.find(closer, position)
    if end < 0:
        absent.add(closer)
        return -1
    return -1 if _BLANK_LINE.search(text, position, end) else end


def _dollar_formula(text: str, mark: re.Match[str], absent: set[str]) -> tuple[int, int, str, str] | None:
    start, opened = mark.start(), mark.end()
    if mark["dollars"] == "$$":
        end = _find(text, "$$", opened, absent)
        if end > opened and text[opened:end].strip():
            return start, end + 2, "\\[", text[opened:end].strip()
        return None
    if mark["dollars"] != "$":
        return None
    if (start and (text[start - 1].isalnum() or text[start - 1] == "\\")) or text[opened : opened + 1].isspace():
        return None
    end = _closing_dollar(text, opened, absent)
    return (start, end + 1, "\\(", text[opened:end]) if end > opened else None


def _closing_dollar(text: str, position: int, absent: set[str]) -> int:
    """Return where the dollar is that closes a formula, -1 where the opening one is money.

    Pandoc's rule: no blank before it, no digit behind it (`$5 and $6`); and no word (`$PATH:$HOME`), except for
    an ending (`$n$th`).
    """
    end = position
    while (end := text.find("$", end)) >= 0 and text[end - 1] == "\\":
        end += 1
    if end < 0:
        return -1
    behind = text[end + 1 : end + 2]
    if text[end - 1].isspace() or behind == "$" or behind.isdigit() or "`" in text[position:end]:
        return -1
    if (behind.isalpha() or behind == "_") and not _ORDINAL.match(text, end + 1):
        return -1
    return -1 if _BLANK_LINE.search(text, position, end) else end
