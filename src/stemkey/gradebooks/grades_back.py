"""What a run of `grade` makes for LMSs: which gradebooks, which template, and their files."""

from collections.abc import Sequence
from pathlib import PurePath

from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import Source, open_source
from stemkey.gradebooks import Grades, ScoreList, find_gradebook, ready_entries
from stemkey.gradebooks.fill import fill
from stemkey.model import Quiz
from stemkey.scoring.answer_key import AnswerKey


class GradesBack:
    """The gradebooks asked for; raises `UnknownGradebookError` for a name that is none."""

    def __init__(self, names: Sequence[str], template: str | None, column: str | None) -> None:
        self._formats = [find_gradebook(name) for name in names]
        self._column = column
        self.template: Source | None = open_source(template) if template else None
        self._list: ScoreList | None = None

    @property
    def files(self) -> list[str]:
        """Names of the files that may be written."""
        names = [row.file for row in self._formats]
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
        points = sum((item.ticks for item in key.items if not item.bonus and not item.dropped), 0) * key.tick
        grades = Grades(
            title=title or quiz.title or quiz.identifier,
            identifier=quiz.identifier,
            points=points,
            entries=ready_entries(self._list.entries, Span(quiz.identifier, 1), found),
        )
        files = {row.file: row.writer(grades) for row in self._formats}
        if self.template is not None:
            filled = fill(self.template, grades, self._column, found)
            if filled is not None:
                name, others = self._template_files()
                files[name] = filled.data
                if filled.unmatched is not None:
                    files[others] = filled.unmatched
        return files
