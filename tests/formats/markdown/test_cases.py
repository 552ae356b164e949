"""Runs the case files: `markdown` is read, `quiz` is what was understood, `findings` what was said.

`python tests/formats/markdown/test_cases.py` rewrites the expectations; read the diff like code.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from stemkey.checks import check
from stemkey.diagnostics import Diagnostic, Diagnostics, Span
from stemkey.files import Source
from stemkey.formats.markdown.reader import read_markdown
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
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
    Section,
    TextEntryInteraction,
    UploadInteraction,
)

CASES = Path(__file__).parent / "cases"
_FENCE = re.compile(r"^````(markdown|quiz|findings)\n(.*?)^````$", re.MULTILINE | re.DOTALL)


class Case(NamedTuple):
    name: str
    markdown: str
    quiz: str | None
    findings: str


def cases_of(path: Path) -> Iterator[Case]:
    """Return the cases of a file: each begins with a heading and holds up to three fences of four backticks."""
    for part in _parts(path.read_text(encoding="utf-8")):
        fences = dict(_FENCE.findall(part))
        assert len(fences) == len(_FENCE.findall(part)), f"{path.name}: two cases under one heading: {part[:60]}"
        if "markdown" in fences:
            name = part.partition("\n")[0].lstrip("# ")
            yield Case(name, fences["markdown"], fences.get("quiz"), fences.get("findings", ""))


def _parts(text: str) -> list[str]:
    """Split a file at its own headings, not at those inside its fences."""
    inside = [range(fence.start(), fence.end()) for fence in _FENCE.finditer(text)]
    starts = [heading.start() for heading in re.finditer(r"^# ", text, re.MULTILINE)]
    starts = [start for start in starts if not any(start in span for span in inside)]
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def read(markdown: str) -> tuple[Quiz, tuple[Diagnostic, ...]]:
    found = Diagnostics()
    quiz = read_markdown(Source("case.md", markdown.encode(), CASES), MarkdownOptions(), found)
    check(quiz, found)
    return quiz, found.freeze()


def all_cases() -> list[pytest.param]:  # type: ignore[valid-type]  # pytest's own function, used as its result's type
    return [
        pytest.param(case, id=f"{path.stem}: {case.name}")
        for path in sorted(CASES.glob("*.md"))
        for case in cases_of(path)
    ]


@pytest.mark.parametrize("case", all_cases())
def test_case(case: Case) -> None:
    quiz, found = read(case.markdown)
    if case.quiz is not None:
        assert describe(quiz) == case.quiz
    assert describe_findings(found) == case.findings


# A quiz as a reader of the case files sees it


def describe(quiz: Quiz) -> str:
    return "".join(f"{line}\n" for line in _quiz_lines(quiz))


def describe_findings(found: tuple[Diagnostic, ...]) -> str:
    lines = []
    for finding in found:
        place = finding.place
        assert isinstance(place, Span), finding
        about = f" question {finding.item}" if finding.item else ""
        lines.append(f"{finding.code} {place.line}:{place.column}{about} {finding.severity.word}: {finding.message}\n")
    return "".join(lines)


def _quiz_lines(quiz: Quiz) -> Iterator[str]:
    yield f"quiz {quiz.identifier}" + (f": {quiz.title}" if quiz.title else "") + (" (bank)" if quiz.is_bank else "")
    if quiz.instructions:
        yield f"instructions: {_flat(quiz.instructions)}"
    settings = quiz.settings
    for name in ("shuffle_choices", "shuffle_items", "time_limit", "attempts"):
        if (value := getattr(settings, name)) is not None:
            yield f"{name}: {value}"
    yield from _listed("tags", quiz.tags)
    yield from _listed("category", quiz.category)
    yield from _listed("assets", tuple(f"{name} ({len(asset.data)} bytes)" for name, asset in quiz.assets.items()))
    for name, value in quiz.extensions.items():
        yield f"extension {name}: {value}"
    for section in quiz.sections:
        yield from _section_lines(section)


def _section_lines(section: Section) -> Iterator[str]:
    facts = [f"id {section.identifier}"] if section.identifier else []
    facts += [f"draw {section.select}"] if section.select is not None else []
    facts += [f"{section.points_per_item} points each"] if section.points_per_item is not None else []
    facts += [f"shuffle {section.shuffle}"] if section.shuffle is not None else []
    facts += [f"bank {section.bank}"] if section.bank else []
    if section.title or facts:
        yield f"section {section.title}" + (f" ({', '.join(facts)})" if facts else "")
    if section.instructions:
        yield f"  instructions: {_flat(section.instructions)}"
    for item in section.items:
        yield from _item_lines(item)


def _item_lines(item: Item) -> Iterator[str]:
    points = "" if item.points == 1 else f" ({item.points} points)"
    yield f"{item.number} [{item.identifier}]{points} {_flat(item.body)}"
    if item.title:
        yield f"   title: {item.title}"
    for interaction in item.interactions:
        yield from (f"   {line}" for line in _interaction_lines(interaction))
    for name in ("general", "correct", "partial", "incorrect"):
        if content := getattr(item.feedback, name):
            yield f"   {name}: {_flat(content)}"
    for hint in item.hints:
        facts = [
            word for word, true in (("clears wrong", hint.clears_wrong), ("shows count", hint.shows_count)) if true
        ]
        yield f"   hint: {_flat(hint.content)}" + (f" ({', '.join(facts)})" if facts else "")
    if item.penalty is not None:
        yield f"   penalty: {item.penalty}"
    yield from (f"   {line}" for line in _listed("tags", item.tags))
    yield from (f"   {line}" for line in _listed("category", item.category))
    if item.objective:
        yield f"   objective: {item.objective}"
    for name, value in item.extensions.items():
        yield f"   extension {name}: {value}"


def _interaction_lines(interaction: Interaction) -> Iterator[str]:
    name = "" if interaction.identifier == "RESPONSE" else f"[{interaction.identifier}] "
    match interaction:
        case ChoiceInteraction():
            if interaction.cardinality is Cardinality.MULTIPLE or interaction.shuffle is not None or name:
                shuffle = "" if interaction.shuffle is None else f", shuffle {interaction.shuffle}"
                yield f"{name}choose {'several' if interaction.cardinality is Cardinality.MULTIPLE else 'one'}{shuffle}"
            yield from map(_choice_line, interaction.choices)
        case InlineChoiceInteraction():
            yield f"{name}dropdown{_weight(interaction.weight)}"
            yield from map(_choice_line, interaction.choices)
        case OrderInteraction():
            yield f"{name}order: " + " < ".join(
                f"{choice.identifier} {_flat(choice.content)}" for choice in interaction.choices
            )
        case MatchInteraction():
            yield f"{name}match"
            yield from (
                f"{pair.identifier} {_flat(pair.source)} -> {pair.target}{_share(pair.credit)}"
                for pair in interaction.pairs
            )
            yield from (f"{target.identifier} {_flat(target.content)}" for target in interaction.targets)
        case TextEntryInteraction():
            case = ", case sensitive" if interaction.case_sensitive else ""
            yield f"{name}{'number' if interaction.is_numeric else 'text'}{case}{_weight(interaction.weight)}"
            yield from map(_accepted_line, interaction.accepted)
            yield from (f"unit {unit.name} = {unit.multiplier}" for unit in interaction.units)
            if interaction.other_feedback:
                yield f"else: {_flat(interaction.other_feedback)}"
        case ExtendedTextInteraction():
            yield f"{name}essay" + (f", {interaction.lines} lines" if interaction.lines else "")
            if interaction.template:
                yield f"template: {_flat(interaction.template)}"
            if interaction.grader_notes:
                yield f"grader notes: {_flat(interaction.grader_notes)}"
        case UploadInteraction():
            files = f", {interaction.maximum_files} files" if interaction.maximum_files is not None else ""
            yield f"{name}upload{files}" + (
                f" of {', '.join(interaction.file_types)}" if interaction.file_types else ""
            )
        case ForeignInteraction():
            yield f"{name}foreign {interaction.format} {interaction.kind}: {_flat(interaction.raw)}"


def _choice_line(choice: Choice) -> str:
    facts = "" if not choice.fixed else " (fixed)"
    feedback = f"  // {_flat(choice.feedback)}" if choice.feedback else ""
    return f"{choice.identifier}{_share(choice.credit) or (' *' if choice.credit == 1 else '  ')} {_flat(choice.content)}{facts}{feedback}"


def _accepted_line(accepted: AcceptedText | AcceptedNumber) -> str:
    feedback = f"  // {_flat(accepted.feedback)}" if accepted.feedback else ""
    if isinstance(accepted, AcceptedText):
        return f"= {accepted.text}{' (wildcards)' if accepted.wildcards else ''}{_share(accepted.credit)}{feedback}"
    if accepted.value is None:
        bounds = f"{accepted.lower}{'<' if accepted.lower_open else '..'}{'<' if accepted.upper_open else ''}{accepted.upper}"
        return f"= {bounds}{_share(accepted.credit)}{feedback}"
    tolerance = f" +- {accepted.tolerance} {accepted.kind}" if accepted.tolerance else ""
    written = f" written {accepted.written}" if accepted.written else ""
    return f"= {accepted.value}{tolerance}{written}{_share(accepted.credit)}{feedback}"


def _share(credit: Fraction) -> str:
    return "" if credit in (0, 1) else f" ({credit})"


def _weight(weight: Fraction) -> str:
    return "" if weight == 1 else f", weight {weight}"


def _flat(text: str) -> str:
    return text.replace("\n", "\\n")


def _listed(name: str, values: tuple[str, ...]) -> Iterator[str]:
    if values:
        yield f"{name}: {' | '.join(values)}"


def accept() -> None:
    """Rewrite the expectations of every case file."""
    for path in sorted(CASES.glob("*.md")):
        parts = _parts(path.read_text(encoding="utf-8"))
        path.write_text("".join(map(_accepted, parts)), encoding="utf-8")


def _accepted(part: str) -> str:
    fences = dict(_FENCE.findall(part))
    if "markdown" not in fences:
        return part
    quiz, found = read(fences["markdown"])
    prose = part[: part.index("````markdown")]
    text = f"{prose}````markdown\n{fences['markdown']}````\n"
    if "quiz" in fences or "findings" not in fences:
        text += f"\n````quiz\n{describe(quiz)}````\n"
    if found:
        text += f"\n````findings\n{describe_findings(found)}````\n"
    return text + "\n"


if __name__ == "__main__":
    accept()
