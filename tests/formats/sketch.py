"""Case files and what they expect: a quiz as lines that a teacher can read.

A case file is prose with fences of four backticks: the input (named by its format), `quiz` (what was understood) and
`findings` (what was said). Each case begins with a heading. To rewrite the expectations of a folder:

    python -m tests.formats.sketch tests/formats/text2qti/cases

Then read the diff like code.
"""

import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, assert_never

from stemkey.diagnostics import Diagnostic, Diagnostics, Span
from stemkey.files import Source
from stemkey.formats import find_format
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Choice,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    TextEntryInteraction,
    UploadInteraction,
)

_FENCE = re.compile(r"^````(?P<kind>[\w]+)(?: (?P<name>\S+))?\n(?P<text>.*?)^````$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)


class Case(NamedTuple):
    """One case of a file."""

    title: str
    format: str
    name: str
    """The input's file name."""
    text: str
    quiz: str
    findings: str


def cases(folder: Path) -> list[tuple[str, Case]]:
    """Return every case of a folder, with a name for the test."""
    return [
        (f"{path.stem}: {case.title}", case)
        for path in sorted(folder.glob("*.md"))
        for case in _cases(path.read_text(encoding="utf-8"))
    ]


def observe(case: Case, folder: Path) -> tuple[str, str]:
    """Return the quiz and the findings that a case gives."""
    found = Diagnostics()
    row = find_format(case.format)
    quiz = row.reader(Source(case.name, case.text.encode(), folder), row.options_type(), found)
    return sketch(quiz), "".join(f"{_finding(finding)}\n" for finding in found)


def _cases(text: str) -> Iterator[Case]:
    fences = list(_FENCE.finditer(text))
    spans = [fence.span() for fence in fences]
    heads = [head for head in _HEADING.finditer(text) if not any(a < head.start() < b for a, b in spans)]
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        own = {fence["kind"]: fence for fence in fences if head.start() < fence.start() < end}
        for kind, fence in own.items():
            if kind not in ("quiz", "findings"):
                name = fence["name"] or "case.txt"
                quiz = own["quiz"]["text"] if "quiz" in own else ""
                findings = own["findings"]["text"] if "findings" in own else ""
                yield Case(head[1], kind, name, fence["text"], quiz, findings)


def _finding(finding: Diagnostic) -> str:
    place = finding.place
    where = f"{place.line}:{place.column} " if isinstance(place, Span) else ""
    return f"{where}{finding.severity.word} {finding.code}: {finding.message}"


def sketch(quiz: Quiz) -> str:
    """Return a quiz as lines: what is at its default is left out."""
    return "".join(f"{line}\n" for line in _quiz(quiz))


def _quiz(quiz: Quiz) -> Iterator[str]:
    if quiz.title:
        yield f"title: {quiz.title}"
    if quiz.instructions:
        yield f"instructions: {quiz.instructions}"
    if quiz.settings.shuffle_choices is not None:
        yield f"shuffle choices: {quiz.settings.shuffle_choices}"
    for key, value in quiz.extensions.items():
        yield f"{key}: {value}"
    for section in quiz.sections:
        if section.select is not None:
            yield f"draw {section.select} of {len(section.items)}, {section.points_per_item} points each:"
        for item in section.items:
            yield from _item(item)
    for name in quiz.assets:
        yield f"file: {name}"


def _item(item: Item) -> Iterator[str]:
    points = "" if item.points == 1 else f" ({item.points} points)"
    title = f" [{item.title}]" if item.title else ""
    yield f"{item.number}.{title}{points} {item.body}"
    for interaction in item.interactions:
        yield from (f"   {line}" for line in _interaction(interaction))
    for name in ("general", "correct", "partial", "incorrect"):
        if text := getattr(item.feedback, name):
            yield f"   {name}: {text}"
    if item.tags:
        yield f"   tags: {', '.join(item.tags)}"
    if item.category:
        yield f"   category: {'/'.join(item.category)}"
    for key, value in item.extensions.items():
        yield f"   {key}: {value}"


def _interaction(interaction: Interaction) -> Iterator[str]:
    match interaction:
        case ChoiceInteraction():
            yield f"{interaction.cardinality} choice{_shuffled(interaction.shuffle)}"
            yield from (_choice(choice) for choice in interaction.choices)
        case InlineChoiceInteraction():
            yield f"dropdown {interaction.identifier}{_weight(interaction.weight)}"
            yield from (_choice(choice) for choice in interaction.choices)
        case OrderInteraction():
            yield "order: " + " | ".join(choice.content for choice in interaction.choices)
        case MatchInteraction():
            targets = {target.identifier: target.content for target in interaction.targets}
            yield from (f"{pair.source} -> {targets.pop(pair.target, pair.target)}" for pair in interaction.pairs)
            yield from (f"-> {content}" for content in targets.values())
        case TextEntryInteraction():
            case_words = ", case matters" if interaction.case_sensitive else ""
            yield f"entry {interaction.identifier}{case_words}{_weight(interaction.weight)}"
            yield from (_accepted(entry) for entry in interaction.accepted)
        case ExtendedTextInteraction():
            yield "essay"
        case UploadInteraction():
            yield "upload"
        case ForeignInteraction():
            yield f"foreign {interaction.format} {interaction.kind}"
        case _:
            assert_never(interaction)


def _shuffled(shuffle: bool | None) -> str:
    return "" if shuffle is None else f", shuffle {shuffle}"


def _weight(weight: Fraction) -> str:
    return "" if weight == 1 else f", weight {weight}"


def _choice(choice: Choice) -> str:
    feedback = f" // {choice.feedback}" if choice.feedback else ""
    return f"{choice.identifier} {_credit(choice.credit)}{choice.content}{feedback}"


def _accepted(entry: AcceptedText | AcceptedNumber) -> str:
    feedback = f" // {entry.feedback}" if entry.feedback else ""
    match entry:
        case AcceptedText():
            return f"{_credit(entry.credit)}{entry.text}{feedback}"
        case AcceptedNumber(value=None):
            return f"{_credit(entry.credit)}{entry.lower} to {entry.upper}{feedback}"
        case _:
            return f"{_credit(entry.credit)}{entry.value} +- {entry.tolerance} {entry.kind}{feedback}"


def _credit(credit: Fraction) -> str:
    return "" if not credit else f"({'+' if credit > 0 else ''}{credit}) "


def rewrite(folder: Path) -> None:
    """Write what is observed into the case files of a folder."""
    for path in sorted(folder.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for case in list(_cases(text)):
            quiz, findings = observe(case, folder)
            name = f" {case.name}" if case.name != "case.txt" else ""
            source = f"````{case.format}{name}\n{case.text}````\n"
            start = text.index(source) + len(source)
            match = re.compile(r"(?:\s*````(?:quiz|findings)\n.*?^````\n)*", re.MULTILINE | re.DOTALL).match(
                text, start
            )
            end = match.end() if match else start
            new = f"\n````quiz\n{quiz}````\n" if quiz else ""
            new += f"\n````findings\n{findings}````\n" if findings else ""
            text = text[:start] + new + text[end:]
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        rewrite(Path(argument))
