"""Case files: prose, a fenced `xml`, and what is read from it: a fenced `items` and a fenced `findings`."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import assert_never

import pytest

from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import Source
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.reader import read_moodle
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
    TextEntryInteraction,
    UploadInteraction,
)

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
_BLOCK = re.compile(r"^# (?P<title>[^\n]+)$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def cases() -> Iterator[tuple[str, dict[str, str]]]:
    for path in CASES:
        title, blocks = path.stem, dict[str, str]()
        for found in _BLOCK.finditer(path.read_text(encoding="utf-8")):
            if found["title"]:
                if blocks:
                    yield f"{path.stem}: {title}", blocks
                title, blocks = found["title"], {}
            else:
                blocks[found["kind"]] = found["text"]
        yield f"{path.stem}: {title}", blocks


@pytest.mark.parametrize(("title", "blocks"), [pytest.param(*case, id=case[0]) for case in cases()])
def test_case(title: str, blocks: dict[str, str]) -> None:
    items, findings = observed(blocks["xml"])
    assert items == blocks["items"], title
    assert findings == blocks.get("findings", ""), title


def observed(xml: str) -> tuple[str, str]:
    found = Diagnostics()
    quiz = read_moodle(Source("case.xml", xml.encode()), MoodleOptions(), found)
    lines = [line for item in quiz.items for line in sketch(item)]
    findings = [
        f"{finding.code} {finding.severity.word} line {finding.place.line}: {finding.message}"
        for finding in found
        if isinstance(finding.place, Span)
    ]
    return "".join(f"{line}\n" for line in lines), "".join(f"{line}\n" for line in findings)


def sketch(item: Item) -> Iterator[str]:
    category = f" in {'/'.join(item.category)}" if item.category else ""
    yield f"{item.number} {item.identifier} ({item.points}){category}: {item.body}"
    for interaction in item.interactions:
        yield from ("  " + line for line in lines(interaction))
    feedback = item.feedback
    for name in ("general", "correct", "partial", "incorrect"):
        if text := getattr(feedback, name):
            yield f"  {name}: {text}"
    for hint in item.hints:
        yield f"  hint: {hint.content}"
    if item.tags:
        yield f"  tags: {', '.join(item.tags)}"
    for key, value in sorted(item.extensions.items()):
        yield f"  {key} = {value}"


def lines(interaction: Interaction) -> Iterator[str]:
    match interaction:
        case ChoiceInteraction():
            yield f"{interaction.cardinality.value} choice{worth(interaction.weight)}"
            yield from map(choice, interaction.choices)
        case InlineChoiceInteraction():
            yield f"dropdown {interaction.identifier}{worth(interaction.weight)}"
            yield from map(choice, interaction.choices)
        case OrderInteraction():
            yield "order"
            yield from map(choice, interaction.choices)
        case MatchInteraction():
            targets = {target.identifier: target.content for target in interaction.targets}
            yield f"match {' | '.join(targets.values())}"
            for pair in interaction.pairs:
                yield f"  {pair.source} -> {targets[pair.target]}"
        case TextEntryInteraction():
            exact = " case matters" if interaction.case_sensitive else ""
            yield f"entry{exact}{worth(interaction.weight)}"
            for entry in interaction.accepted:
                yield f"  {accepted(entry)}{told(entry.feedback)}"
            if interaction.other_feedback:
                yield f"  else{told(interaction.other_feedback)}"
            for unit in interaction.units:
                yield f"  unit {unit.name} x {unit.multiplier}"
        case ExtendedTextInteraction():
            yield f"essay {interaction.lines or ''} {interaction.template} {interaction.grader_notes}".rstrip()
        case UploadInteraction():
            yield f"upload {interaction.maximum_files} {' '.join(interaction.file_types)}".rstrip()
        case ForeignInteraction():
            yield f"foreign {interaction.kind}"
        case _:
            assert_never(interaction)


def worth(weight: Fraction) -> str:
    return "" if weight == 1 else f" x {weight}"


def choice(option: Choice) -> str:
    return f"  {option.identifier}) {option.content} [{option.credit}]{told(option.feedback)}"


def accepted(entry: AcceptedText | AcceptedNumber) -> str:
    if isinstance(entry, AcceptedText):
        return f"{entry.text!r}{' wild' if entry.wildcards else ''} [{entry.credit}]"
    limits = "" if entry.value is not None else f"{entry.lower}..{entry.upper}"
    value = "" if entry.value is None else f"{entry.written or entry.value} ± {entry.tolerance}"
    return f"{limits}{value} [{entry.credit}]"


def told(feedback: str) -> str:
    return f" # {feedback}" if feedback else ""
