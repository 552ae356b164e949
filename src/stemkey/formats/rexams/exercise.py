r"""The parts of an exercise file: question, solution, their lists of answers, and the meta-information.

R Markdown underlines its parts (`Question`, `====`), LaTeX has environments (`\begin{question}`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

_PARTS = {"question": "question", "solution": "solution", "meta-information": "meta", "metainformation": "meta"}
_HEADING = re.compile(r"^(?:#[ \t]+)?(Question|Solution|Meta-?information)[ \t]*#*$", re.IGNORECASE)
_LIST_HEADING = re.compile(r"^(?:##[ \t]+)?Answerlist[ \t]*#*$", re.IGNORECASE)
_UNDERLINE = re.compile(r"^(?:=+|-+)[ \t]*$")
_META = re.compile(r"^(ex[a-z]+(?:\[[^\]]*\])?)[ \t]*:[ \t]*(.*)$", re.IGNORECASE)
_LATEX_META = re.compile(r"\\(ex[a-z]+(?:\[[^\]]*\])?)\{", re.IGNORECASE)
_ENTRY = re.compile(r"^[*+-](?:[ \t]+|$)")
_ITEM = re.compile(r"\\item(?![A-Za-z])[ \t]*")

_MAXIMUM_META = 200

_CODE = {
    "rmd": re.compile(r"^[ \t]*(?P<chunk>```+[ \t]*\{r\b[^\n]*)|(?P<inline>`r [^`]+`)", re.MULTILINE | re.IGNORECASE),
    "rnw": re.compile(r"^(?P<chunk><<[^\n]*>>=)|(?P<inline>\\Sexpr\{[^\n]*)", re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the file."""

    text: str = ""
    line: int = 1


@dataclass(slots=True)
class Exercise:
    """One file, taken apart."""

    is_latex: bool
    question: Part | None = None
    answers: list[Part] = field(default_factory=list)
    solution: Part | None = None
    explanations: list[Part] = field(default_factory=list)
    meta: dict[str, Part] = field(default_factory=dict)
    code: tuple[int, str] | None = None
    """Line and words of the first R code."""

    def value(self, name: str) -> str:
        """Return a meta-information, empty where it is not given."""
        return self.meta[name].text if name in self.meta else ""


def split_exercise(text: str) -> Exercise:
    """Return the parts of an exercise in either markup."""
    is_latex = "\\begin{question}" in text or ("\\extype{" in text and "\nQuestion\n" not in text)
    exercise = _split_latex(text) if is_latex else _split_markdown(text)
    if code := _CODE["rnw" if is_latex else "rmd"].search(text):
        words = (code["chunk"] or code["inline"]).strip()
        exercise.code = (text.count("\n", 0, code.start("chunk" if code["chunk"] else "inline")) + 1, words)
    return exercise


# --- R Markdown -------------------------------------------------------------------------------------------------


def _split_markdown(text: str) -> Exercise:
    exercise = Exercise(is_latex=False)
    lines = text.split("\n")
    part, start, is_list = "", 0, False
    fence = ""
    index = 0
    while index <= len(lines):
        line = lines[index] if index < len(lines) else ""
        heading = None if fence else (_HEADING.match(line) or (_LIST_HEADING.match(line) if part else None))
        underlined = index + 1 < len(lines) and bool(_UNDERLINE.match(lines[index + 1]))
        if index == len(lines) or (heading and (line.startswith("#") or underlined)):
            _keep(exercise, part, lines[start:index], start + 1, is_list=is_list)
            if heading and heading.lastindex:
                part, is_list = _PARTS[heading[1].lower()], False
            else:
                is_list = True
            start = index + 1 + underlined
            index = max(start, index + 1)
            continue
        fence = _fence_after(line, fence)
        index += 1
    return exercise


def _fence_after(line: str, fence: str) -> str:
    """Return the fence that is open behind a line: headings inside code are none."""
    mark = re.match(r"[ \t]*(`{3,}|~{3,})", line)
    if mark is None:
        return fence
    if not fence:
        return mark[1]
    return "" if mark[1].startswith(fence) and not line.strip().strip(mark[1][0]) else fence


def _keep(exercise: Exercise, part: str, lines: list[str], line: int, *, is_list: bool) -> None:
    if part == "meta":
        for offset, row in enumerate(lines):
            if match := _META.match(row.strip()):
                exercise.meta.setdefault(match[1].lower(), Part(match[2].strip(), line + offset))
    elif part and is_list:
        target = exercise.answers if part == "question" else exercise.explanations
        target.extend(_entries(lines, line))
    elif part:
        setattr(exercise, part, Part("\n".join(lines).strip("\n"), line))


def _entries(lines: Sequence[str], line: int) -> list[Part]:
    """Return the entries of a list; what is indented below one belongs to it."""
    entries: list[list[str]] = []
    starts: list[int] = []
    for offset, row in enumerate(lines):
        if mark := _ENTRY.match(row):
            entries.append([row[mark.end() :]])
            starts.append(line + offset)
        elif entries:
            entries[-1].append(re.sub(r"^(?:\t| {1,4})", "", row))
    return [Part("\n".join(rows).strip(), start) for rows, start in zip(entries, starts, strict=True)]


# --- LaTeX ------------------------------------------------------------------------------------------------------


def _split_latex(text: str) -> Exercise:
    exercise = Exercise(is_latex=True)
    for name, listed in (("question", exercise.answers), ("solution", exercise.explanations)):
        span = _environment(text, name)
        if span is None:
            continue
        body, line = text[span[0] : span[1]], text.count("\n", 0, span[0]) + 1
        if inner := _environment(body, "answerlist"):
            listed.extend(_items(body[inner[0] : inner[1]], line + body.count("\n", 0, inner[0])))
            body = body[: inner[0]].removesuffix("\\begin{answerlist}") + body[inner[1] :].removeprefix(
                "\\end{answerlist}"
            )
        setattr(exercise, name, Part(body.strip("\n"), line))
    for match in islice(_LATEX_META.finditer(text), _MAXIMUM_META):
        value = _braced(text, match.end())
        exercise.meta.setdefault(match[1].lower(), Part(value, text.count("\n", 0, match.start()) + 1))
    return exercise


def _environment(text: str, name: str) -> tuple[int, int] | None:
    """Return where the inside of the first environment of a name begins and ends."""
    begin, end = f"\\begin{{{name}}}", f"\\end{{{name}}}"
    start = text.find(begin)
    stop = text.find(end, start) if start >= 0 else -1
    return (start + len(begin), stop) if stop >= 0 else None


def _items(text: str, line: int) -> list[Part]:
    marks = list(_ITEM.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        Part(text[mark.end() : end].strip(), line + text.count("\n", 0, mark.start()))
        for mark, end in zip(marks, ends, strict=True)
    ]


def _braced(text: str, start: int) -> str:
    """Return what stands between braces; `start` is behind the opening one."""
    depth = 1
    for index in range(start, min(len(text), start + 10_000)):
        if text[index] == "{" and text[index - 1] != "\\":
            depth += 1
        elif text[index] == "}" and text[index - 1] != "\\":
            depth -= 1
            if not depth:
                return text[start:index].strip()
    return text[start : start + 100].partition("\n")[0].strip()
