"""What a run of `grade` makes for LMSs: which gradebooks, which template, and their files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import PurePath

from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import Source, open_source
from stemkey.gradebooks import Entry, GradebookFormat, Grades, ScoreList, find_gradebook, ready_entries
from stemkey.gradebooks.fill import fill
from stemkey.gradebooks.school_records import score_date_empty
from stemkey.gradebooks.unmatched import divided, unmatched_table
from stemkey.model import Quiz
from stemkey.scoring.answer_key import AnswerKey


class GradesBack:
    """The gradebooks asked for; raises `UnknownGradebookError` for a name that is none, `ValueError` for a date that is none."""

    def __init__(
        self, names: Sequence[str], template: str | None, column: str | None, score_date: str | None = None
    ) -> None:
        self._formats = [find_gradebook(name) for name in names]
        self._column = column
        self._date = _iso_date(score_date)
        self.template: Source | None = open_source(template) if template else None
        self._list: ScoreList | None = None

    @property
    def files(self) -> list[str]:
        """Names of the files that may be written."""
        names = [name for row in self._formats for name in (row.file, row.unmatched_file)]
        return [*names, *self._template_files()] if self.template else names

    def _template_files(self) -> tuple[str, str]:
        assert self.template is not None
        path = PurePath(self.template.name)
        return f"{path.stem}-filled{path.suffix}", f"{path.stem}-unmatched.csv"

    def sinks(self, key: AnswerKey) -> list[ScoreList]:
        """Return what must see every candidate."""
        if not self._formats and self.template is None:
            return []
        self._list = ScoreList(key.tick)
        return [self._list]

    def write(self, quiz: Quiz, key: AnswerKey, title: str | None, found: Diagnostics) -> dict[str, bytes]:
        """Return the files; a template that cannot be filled safely is a finding and no file."""
        if self._list is None:
            return {}
        place = Span(quiz.identifier, 1)
        entries = ready_entries(self._list.entries, place, found)
        grades = Grades(
            title=title or quiz.title or quiz.identifier,
            identifier=quiz.identifier,
            points=_maximum(entries, key),
            entries=entries,
            date=self._date,
        )
        files: dict[str, bytes] = {}
        for row in self._formats:
            files.update(_files_of(row, grades, place, found))
        if self.template is not None:
            filled = fill(self.template, grades, self._column, found)
            if filled is not None:
                name, others = self._template_files()
                files[name] = filled.data
                files[others] = filled.unmatched
        return files


def _files_of(row: GradebookFormat, grades: Grades, place: Span, found: Diagnostics) -> dict[str, bytes]:
    """Return a gradebook and the table of the candidates who cannot stand in it."""
    matched, others = divided(grades, row, place, found)
    if row.name == "oneroster" and not grades.date:
        found.add(score_date_empty(), place)
    # The table is written where nobody is unmatched as well: that of an earlier run would mislead.
    return {row.file: row.writer(replace(grades, entries=matched)), row.unmatched_file: unmatched_table(others)}


def _maximum(entries: Sequence[Entry], key: AnswerKey) -> Fraction:
    """Return the maximum that most candidates have: with pools, nobody has all the points of the quiz."""
    counts = Counter(entry.points for entry in entries)
    if not counts:
        return sum((item.ticks for item in key.items if not item.bonus and not item.dropped), 0) * key.tick
    return max(counts, key=lambda points: (counts[points], points))


def _iso_date(text: str | None) -> str:
    if text is None:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"--score-date {text!r} is no date; write it as 2026-09-17") from None
