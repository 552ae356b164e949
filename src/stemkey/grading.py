"""From a response sheet to reports: the second half of the product on one page.

open_sheet → compile_key → score + tally (rows go to students.csv as they come) → analyse → reports → save
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stemkey.diagnostics import CellSpan, Diagnostics, Outcome, Severity, Text, rule
from stemkey.files import Source, open_source, save, whole_file
from stemkey.gradebooks.grades_back import GradesBack
from stemkey.pipeline import broken_items, leave_out, read_source
from stemkey.sheets.options import SheetOptions

if TYPE_CHECKING:
    from fractions import Fraction

    from stemkey.model import Item, Quiz
    from stemkey.reports import ReportFormat
    from stemkey.reports.results import Results
    from stemkey.scoring.answer_key import AnswerKey
    from stemkey.scoring.attempts import Policy, Sink
    from stemkey.scoring.baseline import Baseline
    from stemkey.scoring.class_scale import Result
    from stemkey.scoring.gradebook import Candidate, GradingRecord
    from stemkey.scoring.grades import GradeScale
    from stemkey.scoring.manual import ManualScores
    from stemkey.scoring.regrade import Regrade
    from stemkey.scoring.rule_file import RuleBook
    from stemkey.scoring.rules import Scoring
    from stemkey.scoring.score import ScoredBatch
    from stemkey.sheets.roster import Roster
    from stemkey.sheets.table import ColumnMatch, ResponseTable


STUDENTS = "students.csv"
CHANGES = "changes.csv"
PROBLEMS = "problems.csv"


@rule("G001", Severity.ERROR)
def quiz_is_broken(count: int) -> Text:
    """The quiz has errors, and grading against a broken key could take points from a whole class.

    Mend the errors, or grade without the questions concerned with `--keep-going`: they are then named in every
    report and count for nobody.
    """
    return Text(
        f"the quiz has {count} error{'s' if count != 1 else ''}, so nothing is graded with it",
        "mend the quiz, or leave the broken questions out with --keep-going",
    )


@rule("G002", Severity.ERROR)
def sheet_not_graded() -> Text:
    """One of several sheets could not be read or matched, so the people in it have no score; the others have.

    Statistics of a class of which a part is missing are statistics of the part that is there.
    """
    return Text("this sheet is not graded; the others are", "mend it as said above and grade all sheets again")


@rule("G003", Severity.ERROR)
def nobody_graded() -> Text:
    """The sheet was read and its columns matched, but no row in it could be graded; each is listed with its reason.

    No report is written: an empty one would look like a class in which everybody was absent.
    """
    return Text("no row of the sheet could be graded", "see the findings above; they say why for each row")


@rule("G004", Severity.INFO)
def candidates_not_listed(count: int) -> Text:
    """Above 20,000 candidates only students.csv lists everybody; workbook, page and JSON hold the summaries.

    A workbook has room for a million rows, but nobody can open it, and a page of that length reads no better.
    """
    return Text(
        f"{count:,} candidates: only students.csv lists them one by one", "take single candidates from students.csv"
    )


@rule("G005", Severity.WARNING)
def clones_not_told(numbers: str) -> Text:
    """The question has other numbers for each candidate, and the sheet does not say who had which.

    Moodle's report of responses shows them in the question's text, if that was ticked for the download. Without it nobody
    can say what was right, so the answers wait for a person.
    """
    return Text(
        f"the sheet does not say with which numbers question {numbers} was asked; the answers wait for a person",
        "download the report with the question text, if it comes from Moodle",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeOptions:
    """What `stemkey grade` can be told."""

    attempts: "Policy" = "best"
    reports: tuple[str, ...] = ("csv", "xlsx", "html", "json")
    title: str | None = None
    anonymous: bool = False
    keep_going: bool = False
    quiz_format: str | None = None
    rules: str | None = None
    """A rules file: scoring rules, decisions after the exam, grades."""
    baseline: str | None = None
    """The results.json of an earlier run, below whose scores nobody falls."""
    manual: str | None = None
    """A table of points that people gave."""
    gradebooks: tuple[str, ...] = ()
    """Names of rows of `GRADEBOOKS`."""
    fill: str | None = None
    """A gradebook that the LMS exported, to put the scores into."""
    fill_column: str | None = None
    score_date: str | None = None
    """ISO date of the scores, for gradebooks that have one."""
    roster: str | None = None
    """A table of the people of the class."""
    sheet: SheetOptions = field(default_factory=SheetOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedClass:
    """What became of a run: what to tell the user, and the exit status."""

    lines: tuple[str, ...]
    """What to print: the mapping that was used, the files that were written, how it went."""
    status: int
    json: bytes | None = None
    """results.json, where it was asked for."""


def grade_class(
    quiz_name: str, sheet_names: Sequence[str], out: Path, options: GradeOptions
) -> Outcome[GradedClass | None]:
    """Grade sheets against a quiz and write the reports into a folder; None where nothing was graded.

    Raises `ValueError` subclasses for bad options, `OSError` for files that cannot be opened. Nothing outside
    `out` is touched; files appear whole or not at all.
    """
    from stemkey.reports import find_report
    from stemkey.sheets.roster import read_roster

    rows = [find_report(name) for name in dict.fromkeys(options.reports)]
    back = GradesBack(options.gradebooks, options.fill, options.fill_column, options.score_date)
    found = Diagnostics()
    quiz_source, quiz, left_out, start = _keyed_quiz(quiz_name, options, found)
    if quiz is None:
        return Outcome(None, found.freeze())
    sources = [open_source(name) for name in dict.fromkeys(sheet_names)]
    rules_source = open_source(options.rules) if options.rules else None
    roster_source = open_source(options.roster) if options.roster else None
    manual_source = open_source(options.manual) if options.manual else None
    baseline_source = open_source(options.baseline) if options.baseline else None
    given = (rules_source, back.template, roster_source, manual_source, baseline_source)
    more = [source for source in given if source is not None]
    _refuse_overwriting([quiz_source, *sources, *more], [*_file_names(rows), CHANGES, PROBLEMS, *back.files], out)
    rules = _rules(rules_source, quiz, found)
    manual = _manual(manual_source, quiz, rules, start, found)
    baseline = _baseline(baseline_source, quiz, found)
    if rules is None or manual is None or (baseline_source is not None and baseline is None):
        return Outcome(None, found.freeze())
    tables = _tables(
        sources,
        quiz,
        replace(
            options.sheet,
            left_out=left_out,
            form_column=rules.forms.column if rules.forms else None,
            submitted_column=(rules.late.column or "") if rules.late else None,
        ),
        found,
    )
    if not tables:
        return Outcome(None, found.freeze())
    roster = read_roster(roster_source, options.sheet, found) if roster_source is not None else None
    if roster_source is not None and roster is None:
        return Outcome(None, found.freeze())
    if roster is not None:
        tables = [roster.applied_to(table, found) for table in tables]
    try:
        quiz = _as_told(quiz, tables, found)
        key = _key(quiz, rules, start, manual, options, found)
        return Outcome(
            _grade(quiz, quiz_source, key, rules, baseline, tables, roster, rows, back, out, options, found),
            found.freeze(),
        )
    except _NothingGradedError:
        return Outcome(None, found.freeze())


class _NothingGradedError(Exception):
    """Leaves the block in which files are open, so that none of them appears."""


def _rules(source: Source | None, quiz: "Quiz", found: Diagnostics) -> "RuleBook | None":
    """Return the rules file's rules; None where it has errors: nothing is graded by other rules than were asked for."""
    from stemkey.scoring.rule_file import NO_RULES, read_rules

    if source is None:
        return NO_RULES
    before = len(found)
    rules = read_rules(source, quiz, found)
    return None if any(finding.severity is Severity.ERROR for finding in list(found)[before:]) else rules


def _manual(
    source: Source | None, quiz: "Quiz", rules: "RuleBook | None", start: "Scoring", found: Diagnostics
) -> "ManualScores | None":
    from stemkey.scoring.compiler import compile_key
    from stemkey.scoring.manual import NO_MANUAL_SCORES, read_manual_scores

    if source is None or rules is None:
        return NO_MANUAL_SCORES
    # What a question is worth may be decided by the rules; what is found here is found again when the key is compiled.
    key = compile_key(quiz, Diagnostics(), rules, start)
    return read_manual_scores(source, quiz, found, {item.item.number: item.item.points for item in key.items})


def _baseline(source: Source | None, quiz: "Quiz", found: Diagnostics) -> "Baseline | None":
    from stemkey.scoring.baseline import read_baseline

    return None if source is None else read_baseline(source, quiz, found)


def _key(
    quiz: "Quiz",
    rules: "RuleBook",
    start: "Scoring",
    manual: "ManualScores",
    options: GradeOptions,
    found: Diagnostics,
) -> "AnswerKey":
    from stemkey.scoring.compiler import compile_key

    before = len(found)
    key = compile_key(quiz, found, rules, start, manual)
    errors = [finding for finding in list(found)[before:] if finding.severity is Severity.ERROR]
    if any(finding.code.startswith("G2") for finding in errors) or (errors and not options.keep_going):
        raise _NothingGradedError
    return key


def _grade(
    quiz: "Quiz",
    quiz_source: Source,
    key: "AnswerKey",
    rules: "RuleBook",
    baseline: "Baseline | None",
    tables: "Sequence[ResponseTable]",
    roster: "Roster | None",
    rows: "Sequence[ReportFormat]",
    back: GradesBack,
    out: Path,
    options: GradeOptions,
    found: Diagnostics,
) -> GradedClass:
    from stemkey.analysis.analysis import analyse
    from stemkey.reports.problems import are_many, problems_csv
    from stemkey.reports.results import MAXIMUM_LISTED, Results, changed_scores
    from stemkey.reports.students import StudentsFile
    from stemkey.scoring.attempts import GradingChoices, grade_tables

    tally = _TallySink(key)
    choices = GradingChoices(
        policy=options.attempts,
        listed=MAXIMUM_LISTED,
        not_reached=options.sheet.not_reached,
        baseline=baseline,
        anonymous=options.anonymous,
    )
    with ExitStack() as files:
        regrade = _regrade(key)
        sinks: list[Sink] = [tally, *back.sinks(key), *([regrade] if regrade else [])]
        scale = rules.grade
        held = _HeldRows() if scale and scale.needs_class else None
        students = files.enter_context(whole_file(out / STUDENTS)) if any(row.name == "csv" for row in rows) else None
        if held:
            sinks.append(held)
        elif students:
            sinks.append(StudentsFile(students, key, scale.grade if scale else None))
        candidates = grade_tables(tables, key, choices, sinks, found)
        if held and scale:
            scale = _settled(scale, held, key, rules, found)
            if students:
                held.write_to(StudentsFile(students, key, scale.grade if scale else _no_grade))
        if roster is not None:
            roster.report_absent(found)
        if baseline is not None:
            baseline.report(found, anonymous=options.anonymous)
        if not tally.counts.candidates:
            found.add(nobody_graded(), CellSpan(tables[0].name))
            raise _NothingGradedError
        analysis = analyse(tally.counts, key, found)
        if candidates is None:
            found.add(candidates_not_listed(tally.counts.candidates))
        extra = back.write(quiz, key, options.title, found)
        if regrade is not None:
            regrade.report(rules.place, found)
            extra[CHANGES] = regrade.table()
        diagnostics = found.freeze()
        if any(row.name == "csv" for row in rows) and are_many(diagnostics):
            extra[PROBLEMS] = problems_csv(diagnostics)
        results = Results(
            quiz=quiz,
            key=key,
            title=options.title or quiz.title or quiz.identifier,
            record=_record(
                quiz_source,
                tables,
                options,
                (*key.rules, *([baseline.sentence] if baseline else ()), *(scale.found if scale else ())),
            ),
            candidates=candidates,
            analysis=analysis,
            diagnostics=diagnostics,
            changed=changed_scores(regrade.affected, key.tick) if regrade else (),
            grades=_grades(rules, scale, candidates),
            kept=tuple(baseline.kept) if baseline and not options.anonymous else (),
        )
        written = _write_reports(results, rows, out, extra)
    names = [*_file_names(rows), *extra]
    return GradedClass(
        lines=(*_mapping_lines(tables), *_result_lines(results), *(f"wrote {out / name}" for name in names)),
        status=1 if found.has_errors else 0,
        json=written.get("results.json"),
    )


def _grades(
    rules: "RuleBook", scale: "GradeScale | None", candidates: "Sequence[Candidate] | None"
) -> tuple[str, ...] | None:
    """Return what the grading scale makes of each listed candidate's score; None without a scale."""
    if rules.grade is None or candidates is None:
        return None
    grade = scale.grade if scale else _no_grade
    return tuple(grade(candidate.score, candidate.points) for candidate in candidates)


def _no_grade(score: "Fraction", points: "Fraction") -> str:  # what a scale is asked
    """Return the grade of a class of which a scale makes nothing."""
    return ""


class _HeldRows:
    """Keeps the class until it is known what the class makes of everybody's score."""

    def __init__(self) -> None:
        self._batches: list[ScoredBatch] = []

    def write(self, scored: "ScoredBatch") -> None:
        self._batches.append(scored)

    def restart(self) -> None:
        self._batches = []

    def write_to(self, file: "Sink") -> None:
        """Pass everybody on."""
        for scored in self._batches:
            file.write(scored)

    def results(self, tick: "Fraction") -> "Iterator[Result]":
        """Give everybody whose score is final."""
        from stemkey.scoring.class_scale import Result

        for scored in self._batches:
            names, provisional = scored.batch.ids.tolist(), scored.provisional
            for row, score in enumerate(scored.scores(tick)):
                if not provisional[row]:
                    yield Result(names[row].decode("utf-8", "replace"), score, int(scored.maxima[row]) * tick)


def _settled(
    scale: "GradeScale", held: _HeldRows, key: "AnswerKey", rules: "RuleBook", found: Diagnostics
) -> "GradeScale | None":
    from stemkey.scoring.class_scale import settled

    return settled(scale, held.results(key.tick), key, rules.place, found)


def _regrade(key: "AnswerKey") -> "Regrade | None":
    from stemkey.scoring.regrade import Regrade

    return Regrade(key) if key.before is not None else None


class _TallySink:
    """Adds up the counts as candidates come."""

    def __init__(self, key: "AnswerKey") -> None:
        from stemkey.analysis.tally import Tally

        self._key = key
        self.counts = Tally.empty(key)

    def write(self, scored: "ScoredBatch") -> None:
        from stemkey.analysis.tally import tally

        self.counts = self.counts + tally(scored, self._key)

    def restart(self) -> None:
        from stemkey.analysis.tally import Tally

        self.counts = Tally.empty(self._key)


def _record(
    quiz_source: Source, tables: "Sequence[ResponseTable]", options: GradeOptions, rules: tuple[str, ...]
) -> "GradingRecord":
    from stemkey.scoring.gradebook import GradingRecord, MappedColumn, SheetFile

    return GradingRecord(
        quiz_source=quiz_source.name,
        quiz_digest=hashlib.sha256(quiz_source.data).hexdigest(),
        files=tuple(
            SheetFile(
                name=table.name,
                source=table.source,
                kind=table.kind,
                sheet=table.sheet,
                encoding=table.encoding,
                rows_read=table.counts.read,
                rows_graded=table.counts.graded,
                rows_refused=table.counts.refused,
            )
            for table in tables
        ),
        mapping=tuple(
            MappedColumn(column=match.column, number=match.number, by=match.by)
            for table in tables
            for match in table.mapping
        ),
        attempts=options.attempts,
        rules=rules,
        assumptions=tuple(note for table in tables for note in table.notes),
    )


def _keyed_quiz(
    name: str, options: GradeOptions, found: Diagnostics
) -> "tuple[Source, Quiz | None, tuple[Item, ...], Scoring]":
    """Return the quiz to grade with, the items of it that `--keep-going` leaves out, and how its program scores."""
    from stemkey.scoring.rules import scoring_of_format

    outcome = read_source(open_source(name), format=options.quiz_format)
    source, quiz = outcome.value.source, outcome.value.quiz
    found.extend(outcome.diagnostics)
    start = scoring_of_format(outcome.value.format.name)
    left_out: tuple[Item, ...] = ()
    if not any(True for _ in quiz.items):
        return source, None, (), start
    if found.has_errors:
        broken = broken_items(found.freeze())
        if not options.keep_going:
            count = sum(1 for finding in found if finding.severity is Severity.ERROR)
            found.add(quiz_is_broken(count), quiz.span)
            return source, None, (), start
        left_out = tuple(item for item in quiz.items if item.number in broken)
        quiz = leave_out(quiz, broken, found)
    return source, quiz if any(True for _ in quiz.items) else None, left_out, start


def _tables(
    sources: Sequence[Source], quiz: "Quiz", options: SheetOptions, found: Diagnostics
) -> "list[ResponseTable]":
    from stemkey.sheets import open_sheet

    tables = []
    for source in sources:
        table = open_sheet(source, quiz, options, found)
        if table is not None:
            tables.append(table)
        elif len(sources) > 1:
            found.add(sheet_not_graded(), CellSpan(source.name))
    return tables


def _as_told(quiz: "Quiz", tables: "Sequence[ResponseTable]", found: Diagnostics) -> "Quiz":
    """Return the quiz without the clones of items of which a sheet does not say which one each candidate had."""
    from stemkey.model import ForeignInteraction

    kept: dict[str, ForeignInteraction] = {}
    for item in quiz.items:
        only = item.interactions[0] if item.interactions else None
        if isinstance(only, ForeignInteraction) and only.varies:
            kept[item.number] = only
    untold = [number for number in kept if not all(number in table.tells_clones_of for table in tables)]
    if not untold:
        return quiz
    found.add(clones_not_told(", ".join(untold)), CellSpan(tables[0].name))
    items = {number: replace(kept[number], clones=()) for number in untold}

    def told(item: "Item") -> "Item":
        return replace(item, interactions=(items[item.number],)) if item.number in items else item

    sections = tuple(replace(section, items=tuple(told(item) for item in section.items)) for section in quiz.sections)
    return replace(quiz, sections=sections)


def _file_names(rows: "Iterable[ReportFormat]") -> list[str]:
    names = [name for row in rows for name in row.files]
    return [STUDENTS, *names] if any(row.name == "csv" for row in rows) else names


def _refuse_overwriting(inputs: Iterable[Source], names: Iterable[str], out: Path) -> None:
    outputs = {(out / name).resolve() for name in names}
    for source in inputs:
        if source.path is not None and source.path.resolve() in outputs:
            raise ValueError(f"'{source.name}' is an input and would be overwritten; choose another folder with --out")


def _write_reports(
    results: "Results", rows: "Sequence[ReportFormat]", out: Path, extra: dict[str, bytes]
) -> dict[str, bytes]:
    """Make every report before the first is saved, so that a failure leaves the old ones together."""
    files: dict[str, bytes] = {}
    for row in rows:
        files.update(row.writer(results))
    files.update(extra)
    for name, data in files.items():
        save(out / name, data)
    return files


def _mapping_lines(tables: "Sequence[ResponseTable]") -> list[str]:
    lines = []
    for table in tables:
        where = f", sheet '{table.sheet}'" if table.sheet else ""
        lines.append(
            f"{table.name}{where}: read as {table.source} ({table.kind}); which column answers which question:"
        )
        lines += [f"  {_run_text(run)}, by {run[0].by}" for run in _runs(table.mapping)]
        lines += [f"  {note}" for note in table.notes]
    return lines


def _runs(matches: "Sequence[ColumnMatch]") -> "list[list[ColumnMatch]]":
    """Return matches in runs of equally spaced columns with consecutive numbers: most sheets are one run."""
    runs: list[list[ColumnMatch]] = []
    for match in matches:
        run = runs[-1] if runs else []
        if run and match.by == run[0].by and _follows(run, match):
            run.append(match)
        else:
            runs.append([match])
    return runs


def _follows(run: "list[ColumnMatch]", match: "ColumnMatch") -> bool:
    last = run[-1]
    if not (last.number.isdecimal() and match.number.isdecimal() and int(match.number) == int(last.number) + 1):
        return False
    step = _column_index(match) - _column_index(last)
    return 0 < step <= 8 and (len(run) < 2 or step == _column_index(last) - _column_index(run[-2]))


def _column_index(match: "ColumnMatch") -> int:
    index = 0
    for letter in match.letters:
        index = index * 26 + ord(letter) - 64
    return index


def _run_text(run: "list[ColumnMatch]") -> str:
    first, last = run[0], run[-1]
    if len(run) < 3:
        return ", ".join(f"{match.letters} '{_cut(match.column)}' → {match.number}" for match in run)
    return f"{first.letters} '{_cut(first.column)}' … {last.letters} '{_cut(last.column)}' → {first.number} … {last.number}"


def _cut(header: str) -> str:
    header = " ".join(header.split())
    return header if len(header) <= 40 else f"{header[:39]}…"


def _result_lines(results: "Results") -> list[str]:
    from stemkey.reports.charts import is_doubtful

    test = results.analysis.test
    lines = []
    for file in results.record.files:
        refused = f", {file.rows_refused:,} refused" if file.rows_refused else ""
        refused += f", {file.rows_left_out:,} left out" if file.rows_left_out else ""
        lines.append(f"{file.name}: {file.rows_read:,} rows read, {file.rows_graded:,} graded{refused}")
    mean = f"mean {test.mean:.2f} of {float(test.points):g} points" if test.mean is not None else "no mean"
    alpha = f", alpha {test.alpha:.2f}" if test.alpha is not None else ""
    doubtful = [item.number for item in results.analysis.items if is_doubtful(item)]
    look = (
        f"; a second look is worth: {', '.join(doubtful[:20])}{' …' if len(doubtful) > 20 else ''}" if doubtful else ""
    )
    lines.append(f"{test.candidates:,} candidates, {test.items} questions, {mean}{alpha}{look}")
    return lines
