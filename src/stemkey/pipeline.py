"""The product on one page: each verb is its stages in order.

open_source → read → check → fit → write → read back → save
open_source → open_sheet → compile_key → score + tally → analyse → report → save
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from stemkey.diagnostics import Diagnostic, Diagnostics, Outcome, Severity, Span, Text, rule
from stemkey.files import Files, Source, open_source, zip_files
from stemkey.formats import Format, detect_format, find_format
from stemkey.model import Quiz
from stemkey.options import parse_options


@rule("R003", Severity.ERROR)
def no_question_found(title: str) -> Text:
    """The file was read to its end and holds nothing that could be understood as a question.

    Either it is another file than you meant, or its layout is one that stemkey does not know. Nothing is
    written from an empty quiz: an empty package would look like success.
    """
    return Text(
        f"no question was found in this file, read as {title}",
        "see docs/markdown.md for how a question is written, or say the format with --from",
    )


@rule("R004", Severity.WARNING)
def item_left_out(number: str) -> Text:
    """The question has errors, and `--keep-going` asked to leave such questions out and go on with the others.

    What is written is a thinner quiz than the file's: its points and its maximum are those of the questions left.
    """
    return Text(f"question {number} is left out because of its errors", "mend the errors named above to get it back")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadQuiz:
    """A quiz and where it came from."""

    source: Source
    format: Format
    quiz: Quiz


def read_source(source: Source, *, format: str | None = None, options: Sequence[str] = ()) -> Outcome[ReadQuiz]:  # noqa: A002 # the users' word
    """Read and check a quiz. Raises `ValueError` subclasses for an unknown format or option."""
    from stemkey.checks import check

    row = find_format(format) if format else detect_format(source)
    found = Diagnostics()
    quiz = row.reader(source, parse_options(row.options_type, options, format_name=row.name), found)
    if any(True for _ in quiz.items):
        check(quiz, found)
    elif not found.has_errors:
        found.add(no_question_found(row.title), Span(source.name, 1))
    return Outcome(ReadQuiz(source=source, format=row, quiz=quiz), found.freeze())


def read_quiz(path: str | Path, *, format: str | None = None, options: Sequence[str] = ()) -> Outcome[Quiz]:  # noqa: A002 # the users' word
    """Read a quiz from a file in any readable format, and check it.

    The quiz is as complete as it could be read; every problem is a finding. `unwrap` raises `QuizError`
    where one of them is an error. `OSError` is left to the caller.
    """
    outcome = read_source(open_source(path), format=format, options=options)
    return Outcome(outcome.value.quiz, outcome.diagnostics)


def broken_items(diagnostics: Sequence[Diagnostic]) -> frozenset[str]:
    """Return the numbers of the items that an error is about."""
    return frozenset(d.item for d in diagnostics if d.severity is Severity.ERROR and d.item is not None)


def leave_out(quiz: Quiz, numbers: frozenset[str], found: Diagnostics) -> Quiz:
    """Return the quiz without some items, each named in a finding."""
    for item in quiz.items:
        if item.number in numbers:
            found.add(item_left_out(item.number), item.span, item=item.number)
    sections = tuple(
        replace(section, items=tuple(item for item in section.items if item.number not in numbers))
        for section in quiz.sections
    )
    return replace(quiz, sections=sections)


@dataclass(frozen=True, slots=True)
class Package:
    """What a quiz became in one format: the bytes to save, once nothing stands against it."""

    format: Format
    data: bytes | None = field(repr=False)
    """None where errors forbid to write it."""
    items: int = 0


def write_quiz(quiz: Quiz, *, format: str, options: Sequence[str] = (), keep_going: bool = False) -> Outcome[Package]:  # noqa: A002 # the users' word
    """Turn a quiz into one format: fit, write, read back, compare. The outcome's data is None where that failed.

    `keep_going` leaves out the items that the format cannot carry, each named in a finding.
    """
    from stemkey.fitting import fit
    from stemkey.readback import compare

    row = find_format(format)
    chosen = parse_options(row.options_type, options, format_name=row.name)
    found = Diagnostics()
    carries = row.capabilities
    fitted = row.limit(fit(quiz, carries, row.title, found), chosen, found)
    if found.has_errors:
        if not keep_going:
            return Outcome(Package(row, None), found.freeze())
        fitted = leave_out(fitted, broken_items(found.freeze()), found)
        for number in broken_items(found.freeze()) - {item.number for item in fitted.items}:
            if not any(d.name == "item-left-out" and d.item == number for d in found):
                found.add(item_left_out(number), quiz.span, item=number)
        fitted = row.limit(
            fitted, chosen, Diagnostics()
        )  # with fewer items less may fit: a group cannot draw more than it has
    if not any(True for _ in fitted.items):
        found.add(no_question_found(row.title), quiz.span)
        return Outcome(Package(row, None), found.freeze())
    data = _bytes(row, row.writer(fitted, chosen))
    if row.reads is not None:
        problems = Diagnostics()
        again = row.reader(Source(f"written {row.name}", data), row.options_type(), problems)
        verdict = Diagnostics(d for d in problems if d.severity is Severity.ERROR)
        compare(fitted, again, carries, row.title, verdict)
        found.extend(verdict)
        if verdict.has_errors:
            return Outcome(Package(row, None), found.freeze())
    return Outcome(Package(row, data, sum(1 for _ in fitted.items)), found.freeze())


def _bytes(row: Format, files: Files) -> bytes:
    if row.archive:
        return zip_files(files)
    (data,) = files.values()
    return data
